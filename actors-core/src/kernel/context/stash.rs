//! What comes before the mailbox: messages that were put off and are taken up again, and work to go on with at once.

use std::collections::VecDeque;

use super::{Context, Ticket};
use crate::error::StashFull;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::cell::{Core, discard_contained};
use crate::kernel::endpoint::Parcel;
use crate::kernel::envelope::{Envelope, Step};
use crate::kernel::reply::ReplyTo;
use crate::mailbox::Lane;
use crate::message::Message;
use crate::observe::DeadLetterReason;

/// The bound of a stash nobody configured, in messages.
const DEFAULT_LIMIT: usize = 1024;

/// The messages that one life has put off, the oldest first.
pub(super) struct Stash<A: Actor>(VecDeque<Envelope<A>>);

impl<A: Actor> Default for Stash<A> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<A: Actor> Stash<A> {
    /// The life is over and nobody will take them up; whoever asked is told.
    pub(super) fn bury_all(self, core: &Core) {
        for envelope in self.0 {
            discard_contained(envelope, core, DeadLetterReason::Stopped);
        }
    }
}

impl<A: Actor> Context<A> {
    /// Puts a message off until [`unstash_all`](Self::unstash_all).
    ///
    /// It is for messages without an answer: whoever asked gets theirs when the handler returns. To put the answer off too,
    /// implement [`Responder`] and use [`stash_request`](Self::stash_request).
    ///
    /// What is stashed belongs to this life: when it ends, by a restart too, it becomes dead letters.
    ///
    /// # Errors
    ///
    /// [`StashFull`] gives the message back if the stash holds as many as it may: 1,024, unless the actor's
    /// [options](crate::ActorOptions::stash) say otherwise.
    ///
    /// ```
    /// # use actors_core::*;
    /// # #[derive(Default)] struct Writer { connected: bool, written: Vec<String> }
    /// # impl Actor for Writer {}
    /// # struct Line(String);
    /// # impl Message for Line { type Reply = (); type Kind = Plain; }
    /// # struct Connected;
    /// # impl Message for Connected { type Reply = (); type Kind = Plain; }
    /// # struct Written;
    /// # impl Message for Written { type Reply = Vec<String>; type Kind = Plain; }
    /// # impl Handler<Written> for Writer {
    /// #     async fn handle(&mut self, _: Written, _: &mut Context<Self>) -> Vec<String> { self.written.clone() }
    /// # }
    /// impl Handler<Line> for Writer {
    ///     async fn handle(&mut self, line: Line, ctx: &mut Context<Self>) {
    ///         if !self.connected {
    ///             if let Err(full) = ctx.stash(line) {
    ///                 ctx.fail(full);
    ///             }
    ///             return;
    ///         }
    ///         self.written.push(line.0);
    ///     }
    /// }
    /// impl Handler<Connected> for Writer {
    ///     async fn handle(&mut self, _: Connected, ctx: &mut Context<Self>) {
    ///         self.connected = true;
    ///         ctx.unstash_all();
    ///     }
    /// }
    /// # #[tokio::main] async fn main() -> Result<(), ActorError> {
    /// # let system = ActorSystem::new();
    /// let writer = system.spawn(Writer::default());
    /// writer.tell(Line("first".into())).await?;
    /// writer.tell(Connected).await?;
    /// writer.tell(Line("second".into())).await?;
    /// assert_eq!(writer.ask(Written).await?, ["first", "second"]);
    /// # Ok(()) }
    /// ```
    pub fn stash<M: Message<Reply = ()>>(&mut self, message: M) -> Result<(), StashFull<M>>
    where
        A: Responder<M>,
    {
        match self.stash_room() {
            Ok(stash) => {
                stash.push_back(Envelope::user(Parcel::told(message)));
                Ok(())
            }
            Err(limit) => Err(StashFull::new(limit, message)),
        }
    }

    /// Puts a message off together with the handle that answers it, until [`unstash_all`](Self::unstash_all).
    ///
    /// When the life ends first, the ask fails at once with [`AskError::Stopped`](crate::AskError::Stopped). A question whose
    /// time is over when its turn comes is dropped. One whose asker has given up is handled like any other, and
    /// [`ReplyTo::is_wanted`] says so.
    ///
    /// # Errors
    ///
    /// [`StashFull`], as for [`stash`](Self::stash), gives the message and the handle back.
    #[expect(clippy::type_complexity, reason = "an alias would hide that it gives back what it was given")]
    pub fn stash_request<M: Message>(
        &mut self,
        message: M,
        reply: ReplyTo<M::Reply>,
    ) -> Result<(), StashFull<(M, ReplyTo<M::Reply>)>>
    where
        A: Responder<M>,
    {
        match self.stash_room() {
            Ok(stash) => {
                stash.push_back(Envelope::user(Parcel::asked(message, reply)));
                Ok(())
            }
            Err(limit) => Err(StashFull::new(limit, (message, reply))),
        }
    }

    /// Takes all stashed messages up again: they are handled in the order they were stashed, before anything that waits in
    /// the mailbox. From now on they are as good as queued, so a restart keeps them.
    ///
    /// Returns how many there are.
    pub fn unstash_all(&mut self) -> usize {
        let Some(extras) = &mut self.extras else { return 0 };
        let stashed = std::mem::take(&mut extras.stash.0);
        let count = stashed.len();
        if count > 0 {
            self.cell.inbox.put_back(stashed);
        }
        count
    }

    /// How many messages are stashed.
    pub fn stashed(&self) -> usize {
        self.extras.as_ref().map_or(0, |extras| extras.stash.0.len())
    }

    /// Sends this actor a message that is handled next, before anything that is queued: OTP's `handle_continue`.
    ///
    /// From `started`, it begins work that the first message of somebody else must not overtake, and whoever starts the
    /// actor need not wait for. From a handler, it goes on with long work in pieces. Several are handled in the order they
    /// were given. Dropped when the life ends. An actor that always goes on with something never comes to its mailbox.
    ///
    /// ```
    /// # use actors_core::*;
    /// # #[derive(Default)] struct Cache { entries: Vec<u64> }
    /// # struct Load;
    /// # impl Message for Load { type Reply = (); type Kind = Plain; }
    /// # struct Count;
    /// # impl Message for Count { type Reply = usize; type Kind = Plain; }
    /// impl Actor for Cache {
    ///     async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
    ///         ctx.continue_with(Load);
    ///         Ok(())
    ///     }
    /// }
    /// impl Handler<Load> for Cache {
    ///     async fn handle(&mut self, _: Load, _: &mut Context<Self>) {
    ///         self.entries = vec![1, 2, 3];
    ///     }
    /// }
    /// # impl Handler<Count> for Cache {
    /// #     async fn handle(&mut self, _: Count, _: &mut Context<Self>) -> usize { self.entries.len() }
    /// # }
    /// # #[tokio::main] async fn main() {
    /// # let system = ActorSystem::new();
    /// let cache = system.spawn(Cache::default());
    /// assert_eq!(cache.ask(Count).await, Ok(3), "it was loaded before the first question");
    /// # }
    /// ```
    pub fn continue_with<M: Message>(&mut self, message: M)
    where
        A: Responder<M>,
    {
        super::deliver_to_self(&self.cell, Lane::Next, Ticket::Life(self.incarnation), message);
    }

    /// Takes a step of a layer above before any other message, also before those of [`continue_with`](Self::continue_with).
    pub(crate) fn continue_first<S: Step<A>>(&mut self) {
        // A mailbox that is closed already means that the life ends after this handler.
        drop(self.cell.inbox.force(Envelope::step::<S>(self.incarnation), Lane::First));
    }

    /// The stash, or its limit if it is full.
    fn stash_room(&mut self) -> Result<&mut VecDeque<Envelope<A>>, usize> {
        let limit = self.core().stash_limit().unwrap_or(DEFAULT_LIMIT);
        let stash = &mut self.extras().stash.0;
        if stash.len() < limit { Ok(stash) } else { Err(limit) }
    }
}
