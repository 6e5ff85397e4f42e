//! The reference to a local actor.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::task::Context;
use std::time::{Duration, Instant};

use tokio::task::coop;

use crate::error::SendError;
use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath};
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::ask::{DeadlineQueue, Posted, WaitTarget};
use crate::kernel::cell::{Cell, discard_contained};
use crate::kernel::custody::BoxFuture;
use crate::kernel::direct::{Way, is_at_home, make_room, take_turn};
use crate::kernel::endpoint::{Endpoint, EndpointKey, Load, Parcel, Refusal, RefusalKind};
use crate::kernel::envelope::Envelope;
use crate::kernel::refs::{Recipient, WeakActorRef};
use crate::kernel::request::Request;
use crate::kernel::tell::Tell;
use crate::kernel::watch::Watched;
use crate::mailbox::{Entrance, Home, Lane, Offer, OnFull};
use crate::message::{Message, ReplyKind};
use crate::observe::DeadLetterReason;
use crate::sched::is_off;

/// A reference to an actor: cheap to clone, and good for as long as the actor exists, whatever restarts come between.
///
/// An actor that is neither named nor owned by a parent or supervisor stops when its last reference is dropped.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Counter(u64);
/// # impl Actor for Counter {}
/// # struct Add(u64);
/// # impl Message for Add { type Reply = u64; type Kind = Plain; }
/// # impl Handler<Add> for Counter {
/// #     async fn handle(&mut self, add: Add, _: &mut Context<Self>) -> u64 { self.0 += add.0; self.0 }
/// # }
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let system = ActorSystem::new();
/// let counter: ActorRef<Counter> = system.spawn(Counter(0));
/// counter.tell(Add(40)).await?; // waits for room, not for the answer
/// counter.try_tell(Add(1))?; // never waits
/// assert_eq!(counter.ask(Add(1)).timeout(Duration::from_secs(1)).await?, 42);
///
/// counter.stop(); // after what is queued
/// assert!(counter.wait().await.is_normal());
/// assert!(counter.tell(Add(1)).await.is_err(), "it has ended, and the error has the message");
/// # Ok(()) }
/// ```
pub struct ActorRef<A: Actor> {
    cell: Home<Cell<A>>,
}

impl<A: Actor> ActorRef<A> {
    pub(crate) fn new(cell: Home<Cell<A>>) -> Self {
        cell.core.add_handle();
        Self { cell }
    }

    /// A reference whose count was already taken.
    pub(crate) fn counted(cell: Home<Cell<A>>) -> Self {
        Self { cell }
    }

    pub(crate) fn cell(&self) -> &Home<Cell<A>> {
        &self.cell
    }

    /// Sends a message: waits for room if the mailbox is full and its policy is to wait.
    ///
    /// # Errors
    ///
    /// [`SendError`] gives the message back if the actor has stopped, or if the mailbox is full and rejects.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, the message was not sent.
    #[inline]
    pub fn tell<M: Message>(&self, message: M) -> Tell<'_, M>
    where
        A: Responder<M>,
    {
        Tell::new(self, message)
    }

    /// Sends a message without ever waiting.
    ///
    /// # Errors
    ///
    /// [`SendError`] gives the message back if the actor has stopped or the mailbox is full.
    #[inline]
    pub fn try_tell<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Responder<M>,
    {
        Tell::new(self, message).now()
    }

    /// Sends a message and gives its answer when awaited, within 5 s unless the request says otherwise.
    #[inline]
    pub fn ask<M: Message>(&self, message: M) -> Request<'_, M>
    where
        A: Responder<M>,
    {
        Request::new(self, message)
    }

    /// [`tell`](Self::tell) for threads without a runtime.
    ///
    /// # Errors
    ///
    /// As [`tell`](Self::tell).
    ///
    /// # Panics
    ///
    /// If called from async code, which it would block.
    pub fn blocking_tell<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Responder<M>,
    {
        self.cell.core.host.runtime().block_on(self.tell(message))
    }

    /// [`ask`](Self::ask) for threads without a runtime.
    ///
    /// A runtime of one thread has to be driven meanwhile, by its `block_on` on another thread: its timer keeps the timeout, too.
    ///
    /// # Errors
    ///
    /// As awaiting the request.
    ///
    /// # Panics
    ///
    /// If called from async code, which it would block.
    pub fn blocking_ask<M: Message>(&self, message: M) -> <M::Kind as ReplyKind<M::Reply>>::Answer
    where
        A: Responder<M>,
    {
        self.cell.core.host.runtime().block_on(self.ask(message))
    }

    /// Stops the actor after the messages that are queued already. Its reason is [`ExitReason::Normal`].
    pub fn stop(&self) {
        self.any().stop(ExitReason::Normal);
    }

    /// Stops the actor after the handler that runs; what is queued becomes dead letters.
    ///
    /// While that handler waits for something, what is queued is dropped already: questions behind it fail at once. If the
    /// actor has one life only, it takes no message from the order on. One that may be restarted does: what it is sent
    /// before the handler has returned becomes a dead letter, too, and what comes later is for its next life, if there is one:
    /// a permanent actor begins one, any other has ended for good, even if its handler fails instead of returning.
    pub fn stop_now(&self) {
        self.any().stop_now();
    }

    /// Drops the actor's future at its next await. No hook runs.
    pub fn kill(&self) {
        self.any().kill();
    }

    /// Waits until the actor has ended for good, and gives the reason.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn wait(&self) -> ExitReason {
        self.cell.core.ended().await
    }

    /// Its number in its system; it keeps it across restarts.
    pub fn id(&self) -> ActorId {
        self.cell.core.id
    }

    /// Where it stands in the tree.
    pub fn path(&self) -> ActorPath {
        self.cell.core.path()
    }

    /// Whether it has not ended: it runs, starts, restarts or stops.
    pub fn is_alive(&self) -> bool {
        self.cell.core.is_alive()
    }

    /// A reference that does not keep the actor alive.
    pub fn downgrade(&self) -> WeakActorRef<A> {
        WeakActorRef::new(&self.cell)
    }

    /// A reference that knows only the message.
    pub fn recipient<M: Message>(&self) -> Recipient<M>
    where
        A: Responder<M>,
    {
        Recipient::new(self.clone())
    }

    pub(crate) fn any(&self) -> &dyn AnyCell {
        &*self.cell
    }

    /// Puts a question into the mailbox, and calls for nobody.
    #[inline]
    fn post<M: Message>(&self, question: Posted<M>) -> Result<(), Refusal<M>>
    where
        A: Responder<M>,
    {
        if Envelope::<A>::may_be_traced() {
            return self.offer_with_care(Load::Ask(question));
        }
        match self.cell.inbox.push(question, Envelope::asked) {
            Ok(()) => Ok(()),
            Err(question) => self.offer_with_care(Load::Ask(question)),
        }
    }

    /// Puts what could not be put into the mailbox at once there, and calls for nobody.
    #[cold]
    #[inline(never)]
    fn offer_with_care<M: Message>(&self, load: Load<M>) -> Result<(), Refusal<M>>
    where
        A: Responder<M>,
    {
        let envelope = Envelope::user(Parcel::of_load(load, false));
        self.settle(self.cell.inbox.offer(envelope, Lane::User), Lane::User)
    }

    /// Turns what became of an envelope into what its sender is told; what the policy dropped becomes a dead letter.
    #[cold]
    fn settle<M: Message>(&self, offer: Offer<Envelope<A>>, lane: Lane) -> Result<(), Refusal<M>>
    where
        A: Responder<M>,
    {
        let (kind, envelope) = match offer {
            Offer::Queued => return Ok(()),
            Offer::Displaced(dropped) | Offer::Discarded(dropped) => {
                discard_contained(dropped, &self.cell.core, DeadLetterReason::Dropped);
                return Ok(());
            }
            Offer::Full(envelope) if self.cell.inbox.policy() == OnFull::Wait => {
                (RefusalKind::Busy, envelope)
            }
            Offer::Full(envelope) => (RefusalKind::Full, envelope),
            Offer::Closed(envelope) => (RefusalKind::Stopped, envelope),
        };
        Err(Refusal { kind, parcel: envelope.into_parcel(lane == Lane::Urgent) })
    }
}

impl<A: Responder<M>, M: Message> Endpoint<M> for ActorRef<A> {
    #[inline]
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>> {
        let (lane, envelope) = (lane_of(&parcel), Envelope::user(parcel));
        let pushed = match lane {
            Lane::User => self.cell.inbox.push(envelope, |envelope| envelope),
            _ => Err(envelope),
        };
        if let Err(envelope) = pushed {
            self.settle(self.cell.inbox.offer(envelope, lane), lane)?;
        }
        Cell::call(&self.cell);
        Ok(())
    }

    // In the caller: the usual way is a few stores.
    #[inline(always)]
    fn offer_told(&self, message: M) -> Result<(), Refusal<M>> {
        if !Envelope::<A>::holds::<M>() || Envelope::<A>::may_be_traced() {
            self.offer_with_care(Load::Tell(message))?;
        } else if let Err(message) = self.cell.inbox.push(message, Envelope::told) {
            self.offer_with_care(Load::Tell(message))?;
        }
        Cell::call(&self.cell);
        Ok(())
    }

    #[inline]
    fn offer_asked(&self, question: Posted<M>) -> Result<Option<&DeadlineQueue>, Refusal<M>> {
        self.post(question)?;
        Cell::call(&self.cell);
        Ok(Some(self.cell.core.host.deadlines()))
    }

    #[inline]
    fn way(&self) -> Way {
        let core = &self.cell.core;
        if core.is_bound {
            return Way::Ask;
        }
        match core.ease.way(core.kind_by()) {
            // A task that has done enough for one poll waits for its answer like others.
            Way::Direct if !coop::has_budget_remaining() || !is_off() || !is_at_home(&core.host) => Way::Ask,
            way => way,
        }
    }

    fn ask_directly(&self, question: Posted<M>, is_answered: &dyn Fn() -> bool) -> Result<(), Refusal<M>> {
        self.post(question)?;
        take_turn(&self.cell, is_answered);
        Ok(())
    }

    #[cold]
    fn learn(&self, took: Duration, way: Way) {
        self.cell.core.ease.learn(self.cell.core.kind_by(), took, way);
    }

    fn make_room(&self, cx: &mut Context<'_>) -> bool {
        make_room(&self.cell, cx)
    }

    fn wait_for_room(&self, parcel: Parcel<M>) -> BoxFuture<'static, Result<(), Refusal<M>>> {
        let lane = lane_of(&parcel);
        let entrance = Entrance::new(self.cell.clone(), Envelope::user(parcel), lane);
        let (myself, began) = (self.clone(), Instant::now());
        Box::pin(async move {
            let offer = entrance.await;
            myself.cell.core.relief.note_wait(began.elapsed());
            Cell::call(&myself.cell);
            myself.settle(offer, lane)
        })
    }

    fn to_recipient(&self) -> Recipient<M> {
        self.recipient()
    }

    fn path(&self) -> ActorPath {
        Self::path(self)
    }

    fn key(&self) -> EndpointKey {
        self.cell.core.endpoint_key()
    }

    fn is_alive(&self) -> bool {
        Self::is_alive(self)
    }

    fn wait_target(&self) -> Option<WaitTarget> {
        Some(WaitTarget(self.cell.clone().upcast()))
    }

    fn deadlines(&self) -> Option<&DeadlineQueue> {
        Some(self.cell.core.host.deadlines())
    }

    fn watched(&self) -> Option<Arc<dyn Watched>> {
        Some(Arc::new(self.cell.clone()))
    }

    fn notify(&self, message: M) {
        let envelope = Envelope::user(Parcel::told(message));
        match self.cell.inbox.force(envelope, Lane::System) {
            Ok(()) => Cell::call(&self.cell),
            Err(envelope) => discard_contained(envelope, &self.cell.core, DeadLetterReason::Stopped),
        }
    }

    fn bury(&self, message: M, reason: DeadLetterReason) {
        self.cell.core.bury(message, reason);
    }
}

#[inline]
fn lane_of<M: Message>(parcel: &Parcel<M>) -> Lane {
    if parcel.is_urgent() { Lane::Urgent } else { Lane::User }
}

impl<A: Actor> Clone for ActorRef<A> {
    fn clone(&self) -> Self {
        Self::new(self.cell.clone())
    }
}

impl<A: Actor> Drop for ActorRef<A> {
    fn drop(&mut self) {
        if self.cell.core.remove_handle() {
            let was_suspended = self.cell.core.lift_suspension();
            drop(self.cell.inbox.force(Envelope::stop_unreachable(), Lane::User));
            if was_suspended { self.any().wake() } else { Cell::call(&self.cell) }
        }
    }
}

impl<A: Actor> PartialEq for ActorRef<A> {
    fn eq(&self, other: &Self) -> bool {
        self.cell.is(&other.cell)
    }
}

impl<A: Actor> Eq for ActorRef<A> {}

impl<A: Actor> Hash for ActorRef<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl<A: Actor> fmt::Debug for ActorRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorRef({})", self.path())
    }
}
