//! Timers: messages to oneself, later or again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior};

use super::{Context, Ticket, deliver_to_self};
use crate::kernel::actor::{Actor, Responder};
use crate::mailbox::Lane;
use crate::message::Message;

/// One setting of one timer; setting it anew gives it a new number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimerId(u64);

/// The timers of one life.
#[derive(Default)]
pub(super) struct Timers {
    next: u64,
    running: HashMap<TimerId, Running>,
}

struct Running {
    task: AbortHandle,
    /// Set while a tick of a recurring timer lies in the mailbox: the next one is skipped.
    tick_queued: Option<Arc<AtomicBool>>,
}

impl Timers {
    fn next_id(&mut self) -> TimerId {
        self.next += 1;
        TimerId(self.next)
    }

    /// Whether the timer was not cancelled; one that ticks once is used up.
    pub(super) fn redeem(&mut self, timer: TimerId) -> bool {
        match self.running.get(&timer) {
            None => false,
            Some(Running { tick_queued: Some(queued), .. }) => {
                queued.store(false, Ordering::Release);
                true
            }
            Some(_) => {
                self.running.remove(&timer);
                true
            }
        }
    }

    fn cancel(&mut self, timer: TimerId) -> bool {
        self.running.remove(&timer).map(|running| running.task.abort()).is_some()
    }
}

/// A timer that was set; [`Context::cancel`] cancels it. Dropping this does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerHandle(TimerId);

impl<A: Actor> Context<A> {
    /// Sends this actor a message after a while. Cancelled by stop and restart.
    pub fn after<M: Message>(&mut self, delay: Duration, message: M) -> TimerHandle
    where
        A: Responder<M>,
    {
        let timer = self.extras().timers.next_id();
        let me = Arc::downgrade(&self.cell);
        let fires = Instant::now() + delay;
        self.start_timer(timer, None, async move {
            tokio::time::sleep_until(fires).await;
            if let Some(me) = me.upgrade() {
                deliver_to_self(&me, Lane::User, Ticket::Timer(timer), message);
            }
        })
    }

    /// Sends this actor a message again and again, the first time after one `period`. Cancelled by stop and restart.
    ///
    /// A tick is skipped while the one before it still waits in the mailbox.
    ///
    /// # Panics
    ///
    /// If `period` is zero.
    pub fn every<M: Message + Clone>(&mut self, period: Duration, message: M) -> TimerHandle
    where
        A: Responder<M>,
    {
        assert!(!period.is_zero(), "a timer that ticks every 0 s would never let anything else happen");
        let timer = self.extras().timers.next_id();
        let me = Arc::downgrade(&self.cell);
        let queued = Arc::<AtomicBool>::default();
        let mut ticks = {
            let _inside = self.host().runtime().enter();
            tokio::time::interval_at(Instant::now() + period, period)
        };
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.start_timer(timer, Some(queued.clone()), async move {
            loop {
                ticks.tick().await;
                if queued.swap(true, Ordering::AcqRel) {
                    continue;
                }
                let Some(me) = me.upgrade() else { return };
                if !deliver_to_self(&me, Lane::User, Ticket::Timer(timer), message.clone()) {
                    return;
                }
            }
        })
    }

    /// Cancels a timer; a tick that lies in the mailbox already is not delivered. False if it had fired or was
    /// cancelled before.
    pub fn cancel(&mut self, timer: TimerHandle) -> bool {
        self.extras.as_mut().is_some_and(|extras| extras.timers.cancel(timer.0))
    }

    fn start_timer(
        &mut self,
        timer: TimerId,
        tick_queued: Option<Arc<AtomicBool>>,
        ticking: impl Future<Output = ()> + Send + 'static,
    ) -> TimerHandle {
        let task = self.spawn_aside(ticking);
        self.extras().timers.running.insert(timer, Running { task, tick_queued });
        TimerHandle(timer)
    }
}
