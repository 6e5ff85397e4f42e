//! What an actor was told to do with its life, beside its messages.

use std::sync::atomic::Ordering;

use crate::exit::ExitReason;
use crate::id::Incarnation;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::Core;

/// Bits of `Core::orders`. Orders are given once and never taken back, except by the next life; a suspension is.
mod order {
    pub(super) const STOP_NOW: u8 = 1;
    pub(super) const KILL: u8 = 2;
    pub(super) const FAULT: u8 = 4;
    /// No life follows this one, and its reason is `Shutdown` if it is stopped.
    pub(super) const SHUT_DOWN: u8 = 8;
    pub(super) const NO_RESTART: u8 = 16;
    /// The life ends after the running handler, the queue stays for the next one.
    pub(super) const END_LIFE: u8 = 32;
    /// Users' messages wait.
    pub(super) const SUSPEND: u8 = 64;
    /// A stop is queued, which a suspension would keep from its turn.
    pub(super) const STOP: u8 = 128;
    /// What ends a life before its next message.
    pub(super) const ENDING: u8 = STOP_NOW | KILL | FAULT | END_LIFE;
    /// The life is to end for somebody else's sake, for good or in favour of the next.
    pub(super) const LEAVE: u8 = SHUT_DOWN | END_LIFE;
    /// What a life has to look at before its next message.
    pub(super) const INTERRUPTING: u8 = ENDING | SUSPEND;
    /// Those that mean nothing between two lives. A stop does: there may be no next life after it.
    pub(super) const OF_A_LIFE_THAT_IS_OVER: u8 = KILL | FAULT | END_LIFE | SUSPEND | STOP;
}

/// An order to end one life in favour of the next.
#[derive(Clone, Copy)]
pub(super) struct Doom {
    life: Incarnation,
    kill: bool,
}

impl Core {
    fn order(&self, bits: u8) {
        self.orders.fetch_or(bits, Ordering::AcqRel);
    }

    #[inline]
    fn ordered(&self, bits: u8) -> bool {
        self.orders.load(Ordering::Acquire) & bits != 0
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.ordered(order::KILL)
    }

    pub(crate) fn may_restart(&self) -> bool {
        !self.ordered(order::NO_RESTART)
    }

    /// No life will follow the first one. For an actor that nobody else knows yet.
    pub(crate) fn live_once(&self) {
        self.orders.store(order::NO_RESTART, Ordering::Relaxed);
    }

    pub(crate) fn forbid_restart(&self) {
        self.order(order::NO_RESTART);
    }

    /// Whether its supervisor or its parent, or the system, ends the life.
    #[inline]
    pub(crate) fn is_leaving(&self) -> bool {
        self.ordered(order::LEAVE)
    }

    /// The reason of a life that is stopped now.
    pub(crate) fn stop_reason(&self) -> ExitReason {
        if self.ordered(order::SHUT_DOWN) { ExitReason::Shutdown } else { ExitReason::Normal }
    }

    /// Whether the life does not simply go on with its next message: it has to end, or is suspended.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        self.ordered(order::INTERRUPTING)
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.ordered(order::SUSPEND)
    }

    /// Whether the life is suspended, and not to end.
    pub(crate) fn is_only_suspended(&self) -> bool {
        self.is_suspended() && !self.ordered(order::ENDING)
    }

    /// Has users' messages wait from now on, unless a stop is queued behind them.
    pub(crate) fn suspend(&self) {
        let suspended = |orders| (orders & order::STOP == 0).then_some(orders | order::SUSPEND);
        // Whoever is about to stop is not suspended any more.
        let _ = self.orders.fetch_update(Ordering::AcqRel, Ordering::Acquire, suspended);
    }

    /// True if it was suspended: then the life is to be woken, for it may be about to rest in spite of what is queued.
    pub(super) fn lift_suspension(&self) -> bool {
        self.orders.fetch_and(!order::SUSPEND, Ordering::AcqRel) & order::SUSPEND != 0
    }

    /// A stop is about to be queued: nothing keeps it from its turn from now on. As [`lift_suspension`](Self::lift_suspension).
    pub(super) fn expect_stop(&self) -> bool {
        self.order(order::STOP);
        self.lift_suspension()
    }

    /// Why the life has to end before its next message, if it has to.
    pub(crate) fn interruption(&self) -> Option<ExitReason> {
        let orders = self.orders.load(Ordering::Acquire);
        if orders & order::ENDING == 0 {
            None
        } else if orders & order::KILL != 0 {
            Some(ExitReason::Killed)
        } else if orders & order::FAULT != 0 {
            self.rare.get().and_then(|rare| rare.fault.lock().take()).or(Some(ExitReason::Normal))
        } else if orders & order::END_LIFE != 0 {
            Some(ExitReason::Shutdown)
        } else {
            Some(self.stop_reason())
        }
    }

    /// Whether its supervisor ended this life in order to begin another one.
    pub(crate) fn was_told_to_end_life(&self) -> bool {
        self.ordered(order::END_LIFE)
    }

    pub(crate) fn was_told_to_stop_now(&self) -> bool {
        self.ordered(order::STOP_NOW)
    }

    /// Takes the order to stop now back, and tells whether it had been given.
    pub(crate) fn take_stop_now(&self) -> bool {
        self.was_told_to_stop_now()
            && self.orders.fetch_and(!order::STOP_NOW, Ordering::AcqRel) & order::STOP_NOW != 0
    }

    /// A new life begins: orders to the last one are done with. It may have been ordered to end already.
    pub(crate) fn begin_life(&self, incarnation: Incarnation) {
        // Made here if need be: without its lock, an order to end this life could come and go unseen meanwhile.
        let rare = self.rare();
        rare.fault.lock().take();
        let doomed = rare.doomed.lock();
        self.orders.fetch_and(!order::OF_A_LIFE_THAT_IS_OVER, Ordering::AcqRel);
        self.incarnation.store(incarnation.0, Ordering::Release);
        self.leave_gap();
        if let Some(doom) = *doomed {
            self.doom(doom);
        }
    }

    /// Gives the order if the life it means has begun. Called under its lock, so that no life begins meanwhile.
    fn doom(&self, doom: Doom) {
        if doom.life == self.incarnation() {
            self.order(order::END_LIFE | if doom.kill { order::KILL } else { 0 });
        }
    }

    /// Fails the life `incarnation`, unless it is over.
    pub(crate) fn report_fault(&self, incarnation: Incarnation, reason: ExitReason) {
        if self.incarnation() == incarnation {
            self.rare().fault.lock().get_or_insert(reason);
            self.order(order::FAULT);
        }
    }

    /// The life goes on although something had failed on its behalf.
    pub(crate) fn overlook_fault(&self) {
        self.orders.fetch_and(!order::FAULT, Ordering::AcqRel);
    }
}

impl dyn AnyCell {
    /// Ends the life after the running handler; what is queued becomes dead letters. If no life follows, whatever is sent from
    /// now on is refused.
    pub(crate) fn stop_now(&self) {
        self.core().order(order::STOP_NOW);
        if !self.core().may_restart() {
            self.refuse();
        }
        self.wake();
    }

    /// Drops the actor's future at its next await.
    pub(crate) fn kill(&self) {
        self.core().order(order::KILL);
        self.wake();
    }

    /// Lets users' messages through again.
    pub(crate) fn resume(&self) {
        self.core().lift_suspension();
        self.wake();
    }

    /// Like a stop, but the reason is `Shutdown` and no life follows.
    pub(crate) fn shut_down(&self) {
        self.core().order(order::NO_RESTART | order::SHUT_DOWN);
        self.stop(ExitReason::Shutdown);
        // The task may wait for something else than its mailbox, such as a restart's backoff.
        self.wake();
    }

    /// Ends this life after the running handler, or at the next await if it is to be killed; its custodian decides when
    /// the next one begins. The life may not have begun yet; one that is over is not touched.
    pub(crate) fn end_life(&self, life: Incarnation, kill: bool) {
        let core = self.core();
        let doom = Doom { life, kill };
        let mut doomed = core.rare().doomed.lock();
        *doomed = Some(doom);
        core.doom(doom);
        drop(doomed);
        self.wake();
    }

    /// Like a kill, and no life follows.
    pub(crate) fn kill_for_good(&self) {
        self.core().order(order::NO_RESTART);
        self.kill();
    }

    /// Fails the life `incarnation` because of work done on its behalf.
    pub(crate) fn fault(&self, incarnation: Incarnation, reason: ExitReason) {
        self.core().report_fault(incarnation, reason);
        self.wake();
    }
}
