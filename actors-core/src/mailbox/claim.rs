//! Who consumes a mailbox, if anybody has to.
//!
//! ```text
//!             call, wake             hand_to_task
//!  RESTING ─────────────────> HELD ─────────────────> TASKED
//!     ^                       │  ^ ^                    │
//!     └──────── rest ─────────┤  │ └────── begin ───────┘
//!                             │  │
//!                        wait │  │ wake
//!                             v  │
//!                           WAITING
//! ```
//!
//! The *claim* is the right and the duty to consume. Whoever pushes into a resting mailbox takes it, and runs the consumer or hands
//! the claim to the consumer's task. It is given back when there is nothing to do: at rest the next item calls for it, while
//! a handler waits only a wake does.
//!
//! What a wake must not lose while somebody holds the claim is left as a nudge: the holder hands the claim to the task, or keeps it and
//! looks again. A task that goes away while another holds the claim
//! leaves a note that there is none any more: the holder ends what the task would have ended.
//!
//! Nothing is lost on the way to rest: a producer (1) moves the tail on, (2) reads the state; the consumer (1) moves the state to
//! resting, (2) reads the tail. All four are sequentially consistent, so one of them sees the other.

use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::keep_order;

/// The state of the claim on one mailbox.
pub(super) struct Claim(AtomicU8);

/// Nobody consumes, and the next item calls for somebody.
const RESTING: u8 = 0;
/// Nobody consumes; the consumer waits for something else than an item.
const WAITING: u8 = 1;
/// The consumer's task has it, and was woken.
const TASKED: u8 = 2;
/// Somebody has it.
const HELD: u8 = 3;

/// With `HELD`: whoever has it is to look again.
const NUDGED: u8 = 4;
/// With `HELD`: the task is gone.
const ABANDONED: u8 = 8;

/// What whoever wanted to give the claim back has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Verdict {
    /// Nothing: it is somebody else's matter.
    Done,
    /// It keeps the claim, and looks once more: there is something in the mailbox.
    Again,
    /// It keeps the claim: the consumer was woken meanwhile.
    Nudged,
    /// It keeps the claim, and ends the consumer, whose task is gone.
    Abandoned,
}

impl Claim {
    /// The claim of a consumer whose task is about to begin.
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(TASKED))
    }

    /// Takes the claim if the mailbox rests. For producers, after a push.
    #[inline]
    pub(super) fn call(&self) -> bool {
        keep_order();
        self.0.compare_exchange(RESTING, HELD, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    #[inline(always)]
    pub(super) fn is_resting(&self) -> bool {
        keep_order();
        self.0.load(Ordering::SeqCst) == RESTING
    }

    /// Has the consumer look at what has changed beside the mailbox; true if the caller has the claim now.
    #[inline]
    pub(super) fn wake(&self) -> bool {
        let step = |state| {
            Some(match state {
                RESTING | WAITING => HELD,
                TASKED => TASKED,
                held => held | NUDGED,
            })
        };
        // Always a write: what was changed before it is seen by whoever takes the claim, or has it, after it.
        let Ok(before) = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, step) else { return false };
        matches!(before, RESTING | WAITING)
    }

    /// The task begins, if it was given the claim.
    #[inline]
    pub(super) fn begin(&self) -> bool {
        self.0.compare_exchange(TASKED, HELD, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// The holder gives the claim to the task, which is to be woken; not if that is gone.
    pub(super) fn hand_to_task(&self) -> Verdict {
        let step = |state| (state & ABANDONED == 0).then_some(TASKED);
        match self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, step) {
            Ok(_) => Verdict::Done,
            Err(_) => Verdict::Abandoned,
        }
    }

    /// The holder has found nothing to do; `has_news` looks again, without the claim.
    #[inline]
    pub(super) fn rest(&self, has_news: impl FnOnce() -> bool) -> Verdict {
        match self.0.compare_exchange(HELD, RESTING, Ordering::SeqCst, Ordering::Acquire) {
            Ok(_) => {
                keep_order();
                if has_news() && self.call() { Verdict::Again } else { Verdict::Done }
            }
            Err(state) => self.look_again(state),
        }
    }

    /// The holder waits to be woken.
    #[inline]
    pub(super) fn wait(&self) -> Verdict {
        match self.0.compare_exchange(HELD, WAITING, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Verdict::Done,
            Err(state) => self.look_again(state),
        }
    }

    /// The holder is to look again, and will.
    pub(super) fn keep(&self) -> Verdict {
        let before = self.0.fetch_and(!NUDGED, Ordering::AcqRel);
        if before & ABANDONED != 0 { Verdict::Abandoned } else { Verdict::Again }
    }

    #[cold]
    fn look_again(&self, state: u8) -> Verdict {
        if state & ABANDONED != 0 { Verdict::Abandoned } else { Verdict::Nudged }
    }

    /// The task goes away before its end; true if it has the claim, and false if whoever holds it has to end the consumer.
    pub(super) fn abandon(&self) -> bool {
        let step = |state| Some(if state & HELD == HELD { state | ABANDONED } else { HELD });
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, step)
            .is_ok_and(|before| before & HELD != HELD)
    }
}
