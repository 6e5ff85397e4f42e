//! The idle timeout: a message for when no other has come for a while.
//!
//! Messages do not touch the timer. Handlers are counted; when the mailbox runs dry, the time is noted if the count has changed;
//! and when the timer fires too early, by what was noted, it is set anew for the rest.

use std::time::Duration;

use super::Context;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::cell::Core;
use crate::kernel::endpoint::Parcel;
use crate::kernel::envelope::Envelope;
use crate::message::Message;
use crate::timer::{Place, TimerId};

/// The idle timeout of one life.
pub(super) struct Idle<A: Actor> {
    timeout: Duration,
    timer: TimerId,
    place: Place,
    /// How many handlers had run when the time was last noted.
    handled: u64,
    /// When that was, in the queue's time.
    since: Duration,
    make: Box<dyn FnMut() -> Envelope<A> + Send>,
}

impl<A: Actor> Idle<A> {
    pub(super) fn is_due_by(&self, timer: TimerId) -> bool {
        self.timer == timer
    }

    pub(super) fn cancel(&self, core: &Core) {
        core.host.timers().cancel(core.id.as_u64(), self.timer, self.place);
    }

    /// Notes the time if a handler ran since the last look.
    fn look(&mut self, handled: u64, core: &Core) {
        if self.handled != handled {
            self.handled = handled;
            self.since = core.host.timers().now();
        }
    }
}

impl<A: Actor> Context<A> {
    /// Sends this actor a message whenever it has handled none for `timeout`; Akka's receive timeout.
    ///
    /// The time counts from now, and then from the end of the last handler, whatever its message was: sent by somebody, a timer's, a pipe's, a
    /// notice of a watch. That includes the timeout's own message, so in silence it comes again and again, until
    /// [`cancel_idle_timeout`](Self::cancel_idle_timeout). Setting it anew replaces it. Cancelled by stop and restart; it
    /// does not keep the actor alive. Messages cost no more for it.
    ///
    /// # Panics
    ///
    /// If `timeout` is zero.
    ///
    /// ```
    /// # use actors_core::*;
    /// # use std::time::Duration;
    /// # struct Session;
    /// # #[derive(Clone)] struct Abandoned;
    /// # impl Message for Abandoned { type Reply = (); type Kind = Plain; }
    /// impl Actor for Session {
    ///     async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
    ///         ctx.idle_timeout(Duration::from_secs(600), Abandoned);
    ///         Ok(())
    ///     }
    /// }
    /// impl Handler<Abandoned> for Session {
    ///     async fn handle(&mut self, _: Abandoned, ctx: &mut Context<Self>) {
    ///         ctx.stop();
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # tokio::time::pause();
    /// # let system = ActorSystem::new();
    /// # let session = system.spawn(Session);
    /// # session.wait().await;
    /// # }
    /// ```
    #[track_caller]
    pub fn idle_timeout<M: Message + Clone>(&mut self, timeout: Duration, message: M)
    where
        A: Responder<M>,
    {
        assert!(!timeout.is_zero(), "an actor that may not be idle for any time would never be");
        self.cancel_idle_timeout();
        let (core, subject) = (self.core(), self.as_subject());
        let queue = core.host.timers();
        let since = queue.now();
        let (timer, place) = queue.set(core.id.as_u64(), since.saturating_add(timeout), None, subject);
        let make = Box::new(move || Envelope::user(Parcel::told(message.clone())));
        let handled = self.handled;
        self.extras().idle = Some(Box::new(Idle { timeout, timer, place, handled, since, make }));
    }

    /// Cancels the idle timeout; its message is not delivered any more, even if it is queued. False if there was none.
    pub fn cancel_idle_timeout(&mut self) -> bool {
        let idle = self.extras.as_mut().and_then(|extras| extras.idle.take());
        idle.inspect(|idle| idle.cancel(self.core())).is_some()
    }

    /// A handler or hook is about to run.
    #[inline]
    pub(crate) fn count_handler(&mut self) {
        self.handled += 1;
    }

    /// The mailbox has run dry.
    #[inline]
    pub(crate) fn rest(&mut self) {
        if let Some(extras) = &mut self.extras
            && let Some(idle) = &mut extras.idle
        {
            idle.look(self.handled, &self.cell.core);
        }
    }

    /// The idle timeout's timer has fired: its message, if the time is over. The timer is set anew in any case.
    pub(super) fn take_idle_tick(&mut self) -> Option<Envelope<A>> {
        let subject = self.as_subject();
        let core = &self.cell.core;
        let idle = self.extras.as_mut()?.idle.as_mut()?;
        let queue = core.host.timers();
        idle.look(self.handled, core);
        let now = queue.now();
        let is_over = idle.since.saturating_add(idle.timeout) <= now;
        if is_over {
            idle.since = now;
        }
        let due = idle.since.saturating_add(idle.timeout);
        (_, idle.place) = queue.set(core.id.as_u64(), due, Some(idle.timer), subject);
        is_over.then(|| (idle.make)())
    }
}
