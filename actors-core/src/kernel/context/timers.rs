//! Timers: messages to oneself, later or again and again.
//!
//! The system's queue of timers knows when; the message waits here, in the life it belongs to. When a timer fires, its
//! number comes through the mailbox, and finds the message unless the timer was cancelled or set anew meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use super::Context;
use super::keyed_timer::Keys;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::Core;
use crate::kernel::endpoint::Parcel;
use crate::kernel::envelope::Envelope;
use crate::mailbox::WeakHome;
use crate::message::Message;
use crate::panics::drop_quietly;
use crate::timer::{Fire, Place, TimerId};

/// The timers of one life.
pub(super) struct Timers<A: Actor> {
    running: HashMap<TimerId, Running<A>>,
    pub(super) keys: Keys,
}

struct Running<A: Actor> {
    place: Place,
    message: Waiting<A>,
}

/// What a timer brings.
enum Waiting<A: Actor> {
    Once(Envelope<A>),
    Again(Box<Recurrence<A>>),
}

struct Recurrence<A: Actor> {
    period: Duration,
    /// In the queue's time.
    due: Duration,
    make: Box<dyn FnMut() -> Envelope<A> + Send>,
}

impl<A: Actor> Default for Timers<A> {
    fn default() -> Self {
        Self { running: HashMap::new(), keys: Keys::default() }
    }
}

impl<A: Actor> Timers<A> {
    fn remove(&mut self, timer: TimerId) -> Option<Running<A>> {
        let removed = self.running.remove(&timer)?;
        self.keys.release(timer);
        // After a crowd of timers the memory goes too; the few that are usual keep theirs.
        if self.running.capacity() > 64 && self.running.len() < self.running.capacity() / 8 {
            self.running.shrink_to(self.running.len() * 2);
        }
        Some(removed)
    }

    pub(super) fn cancel_all(self, core: &Core) {
        if !self.running.is_empty() {
            let timers = self.running.iter().map(|(&timer, running)| (timer, running.place));
            core.host.timers().cancel_all(core.id.as_u64(), timers);
        }
        self.running.into_values().for_each(drop_quietly);
        self.keys.drop_all();
    }
}

impl<A: Actor> Recurrence<A> {
    /// The next time after `now` on the grid of periods: what was missed stays missed.
    fn next_due(&self, now: Duration) -> Duration {
        let late = now.saturating_sub(self.due);
        if late < self.period {
            return self.due.saturating_add(self.period);
        }
        // Less than a period, and so less than what has passed; five centuries fit.
        let since_grid = (late.as_nanos() % self.period.as_nanos()) as u64;
        (now - Duration::from_nanos(since_grid)).saturating_add(self.period)
    }
}

// Not a reference: a timer keeps no actor.
impl Fire for WeakHome<dyn AnyCell> {
    fn fire(self, timer: TimerId) {
        if let Some(cell) = self.upgrade() {
            cell.tick(timer);
        }
    }
}

/// A timer that was set; [`Context::cancel`] cancels it. Dropping this does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerHandle(pub(super) TimerId);

impl<A: Actor> Context<A> {
    /// Sends this actor a message after a while. Cancelled by stop and restart.
    ///
    /// A timer fires in the millisecond that follows its time or later, never before; an actor's timers fire in the order of
    /// their times. It does not keep the actor alive. The longest `delay` there is never ends.
    ///
    /// ```
    /// # use actors_core::*;
    /// # use std::time::Duration;
    /// # struct Egg;
    /// # struct Boiled;
    /// # impl Message for Boiled { type Reply = (); type Kind = Plain; }
    /// impl Actor for Egg {
    ///     async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
    ///         ctx.after(Duration::from_secs(300), Boiled);
    ///         Ok(())
    ///     }
    /// }
    /// impl Handler<Boiled> for Egg {
    ///     async fn handle(&mut self, _: Boiled, ctx: &mut Context<Self>) {
    ///         ctx.stop();
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # tokio::time::pause();
    /// # let system = ActorSystem::new();
    /// let egg = system.spawn(Egg);
    /// egg.wait().await;
    /// # }
    /// ```
    pub fn after<M: Message>(&mut self, delay: Duration, message: M) -> TimerHandle
    where
        A: Responder<M>,
    {
        let due = self.host().timers().now().saturating_add(delay);
        self.set_timer(due, Waiting::Once(Envelope::user(Parcel::told(message))))
    }

    /// Sends this actor a message again and again, the first time after one `period`. Cancelled by stop and restart.
    ///
    /// The times are `period` apart however long handlers take. A tick is skipped while the one before it still waits in
    /// the mailbox.
    ///
    /// # Panics
    ///
    /// If `period` is zero.
    #[track_caller]
    pub fn every<M: Message + Clone>(&mut self, period: Duration, message: M) -> TimerHandle
    where
        A: Responder<M>,
    {
        assert!(!period.is_zero(), "a timer that ticks every 0 s would never let anything else happen");
        let due = self.host().timers().now().saturating_add(period);
        let make = Box::new(move || Envelope::user(Parcel::told(message.clone())));
        self.set_timer(due, Waiting::Again(Box::new(Recurrence { period, due, make })))
    }

    /// Cancels a timer; a tick that lies in the mailbox already is not delivered. False if it had fired or was
    /// cancelled before.
    pub fn cancel(&mut self, timer: TimerHandle) -> bool {
        self.cancel_timer(timer.0)
    }

    pub(super) fn cancel_timer(&mut self, timer: TimerId) -> bool {
        let running = self.extras.as_mut().and_then(|extras| extras.timers.remove(timer));
        let Some(Running { place, .. }) = running else { return false };
        let core = self.core();
        core.host.timers().cancel(core.id.as_u64(), timer, place);
        true
    }

    fn set_timer(&mut self, due: Duration, message: Waiting<A>) -> TimerHandle {
        let (timer, place) = self.host().timers().set(self.core().id.as_u64(), due, None, self.as_subject());
        self.extras().timers.running.insert(timer, Running { place, message });
        TimerHandle(timer)
    }

    /// The message of a timer that has fired, unless it was cancelled; a recurring one is set anew.
    pub(crate) fn take_tick(&mut self, timer: TimerId) -> Option<Envelope<A>> {
        let extras = self.extras.as_ref()?;
        if extras.idle.as_ref().is_some_and(|idle| idle.is_due_by(timer)) {
            return self.take_idle_tick();
        }
        let subject = self.as_subject();
        let timers = &mut self.extras.as_mut()?.timers;
        let running = timers.running.get_mut(&timer)?;
        let Waiting::Again(recurrence) = &mut running.message else {
            return match timers.remove(timer)?.message {
                Waiting::Once(message) => Some(message),
                Waiting::Again(_) => None,
            };
        };
        let core = &self.cell.core;
        let queue = core.host.timers();
        recurrence.due = recurrence.next_due(queue.now());
        (_, running.place) = queue.set(core.id.as_u64(), recurrence.due, Some(timer), subject);
        Some((recurrence.make)())
    }

    pub(super) fn as_subject(&self) -> WeakHome<dyn AnyCell> {
        self.cell.downgrade().upcast()
    }
}
