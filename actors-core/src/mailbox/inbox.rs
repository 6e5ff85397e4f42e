//! The queue of one actor: three lanes, one bound, one consumer.

use std::task::Waker;

use super::blocks::Blocks;
use super::claim::Claim;
use super::once::{OnceBox, OnceWaker};
use super::side::Side;
use super::{Item, Mailbox, OnFull};
use crate::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};
use crate::sync::{Lock, LockGuard};

/// A multi-producer single-consumer queue with a bound on what users send.
///
/// The user lane is [`Blocks`]; everything rarer lies beside it under a lock ([`Side`]), made when first used. Producers
/// [`offer`](Self::offer), the consumer takes through a `Reader`.
///
/// Who consumes, and how a push calls for somebody, is the matter of the [`Claim`].
///
/// Room: producers compare what was pushed with what the consumer last said it had taken. It says so now and then, and
/// always before it waits for anything. Senders that wait leave their item in the side's line; the consumer moves the
/// first ones in when it says how far it is. A sender (1) announces itself in `waiting`, (2) looks for room once more;
/// the consumer (1) publishes, (2) looks at `waiting`. A fence between the two steps on either side makes one of them see
/// the other.
pub(crate) struct Inbox<T: Item> {
    pub(super) blocks: Blocks<T>,
    pub(super) bound: usize,
    /// What the consumer last said of how many items it has taken.
    pub(super) published: AtomicUsize,
    /// Items in the side's lanes, and [`LOCKED`] where the consumer has to look there in any case.
    pub(super) beside: AtomicU32,
    /// Senders in the side's line.
    pub(super) waiting: AtomicU32,
    /// Who consumes, if anybody has to.
    pub(super) claim: Claim,
    pub(super) on_full: OnFull,
    /// How many items the consumer takes before it says so.
    pub(super) stride: u8,
    /// Whether the consumer has a task.
    has_task: AtomicBool,
    side: OnceBox<Lock<Side<T>>>,
    /// Wakes the consumer's task, once that has begun. A task's waker never changes, so it is stored once.
    pub(super) consumer: OnceWaker,
}

/// The most items the consumer takes before it says so. More would delay waiting senders, less costs a shared write more often.
const LONGEST_STRIDE: usize = 64;

/// In `Inbox::beside`: producers take items too, so that the consumer takes each under the side's lock.
pub(super) const LOCKED: u32 = 1 << 31;

impl<T: Item> Inbox<T> {
    pub(crate) fn new(shape: Mailbox) -> Self {
        let (on_full, bound) = (shape.policy(), shape.bound().unwrap_or(usize::MAX));
        Self {
            blocks: Blocks::new(),
            bound,
            published: AtomicUsize::new(0),
            beside: AtomicU32::new(if on_full == OnFull::DropOldest { LOCKED } else { 0 }),
            waiting: AtomicU32::new(0),
            claim: Claim::new(),
            on_full,
            stride: (bound / 16).clamp(1, LONGEST_STRIDE) as u8,
            has_task: AtomicBool::new(false),
            side: OnceBox::new(),
            consumer: OnceWaker::new(),
        }
    }

    pub(crate) fn policy(&self) -> OnFull {
        self.on_full
    }

    /// The most messages users may put in.
    pub(crate) fn bound(&self) -> Option<usize> {
        (self.bound != usize::MAX).then_some(self.bound)
    }

    /// User and urgent messages in the queue; senders that wait are not counted.
    pub(crate) fn len(&self) -> usize {
        self.queued(self.blocks.pushed()) + self.side.get().map_or(0, |side| side.lock().user_items())
    }

    /// Refuses everything from now on, and sends those away that wait for room. What is queued stays there for the consumer.
    /// Returns how many items were pushed into the blocks in all.
    pub(crate) fn refuse(&self) -> usize {
        let total = self.blocks.close();
        // Whoever makes the side from now on sees that the blocks are closed; one made before is seen here.
        fence(Ordering::SeqCst);
        let wakers = self.side().map(|side| side.lock().close()).unwrap_or_default();
        wakers.into_iter().for_each(Waker::wake);
        total
    }

    /// Whether a push has to call for somebody.
    #[inline(always)]
    pub(crate) fn is_resting(&self) -> bool {
        self.claim.is_resting()
    }

    /// Whether the claim can be [taken](super::Ready::take) at once: the mailbox rests, or belongs to somebody who has not begun
    /// and has no task that could.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        self.claim.is_resting() || !self.has_task() && self.claim.is_tasked()
    }

    /// The consumer has a task from now on; true if it had none.
    pub(crate) fn engage_task(&self) -> bool {
        !self.has_task.load(Ordering::Relaxed) && !self.has_task.swap(true, Ordering::AcqRel)
    }

    /// Whether the consumer has a task.
    #[inline]
    pub(crate) fn has_task(&self) -> bool {
        self.has_task.load(Ordering::Acquire)
    }

    /// Wakes the task, which was given the claim. One that has not begun yet comes by itself.
    pub(super) fn wake_task(&self) {
        let task = self.consumer.get().or_else(|| {
            // The task says who it is, and then looks whether it has the claim.
            fence(Ordering::SeqCst);
            self.consumer.get()
        });
        if let Some(task) = task {
            task.wake_by_ref();
        }
    }

    /// Whether anything is queued, for one who does not consume.
    pub(super) fn has_news(&self) -> bool {
        let beside = self.beside.load(Ordering::SeqCst);
        self.blocks.pushed_in_order() != self.published.load(Ordering::SeqCst)
            || beside & !LOCKED != 0
            // What was passed over when the oldest had to go counts as taken.
            || beside & LOCKED != 0 && self.side.get().is_some_and(|side| side.lock().has_kept())
    }

    /// Whether something is queued that a suspended consumer takes.
    pub(super) fn has_system_news(&self) -> bool {
        self.beside.load(Ordering::SeqCst) & !LOCKED != 0
            && self.side.get().is_some_and(|side| side.lock().has_system())
    }

    /// The side, unless nothing was ever there.
    pub(super) fn side(&self) -> Option<&Lock<Side<T>>> {
        self.side.get()
    }

    /// Locks the side, and makes it before if need be.
    pub(super) fn open_side(&self) -> LockGuard<'_, Side<T>> {
        let side = self.side.get_or_init(|| Lock::new(Side::new()));
        // Pairs with the fence of `refuse`.
        fence(Ordering::SeqCst);
        side.lock()
    }

    pub(super) fn is_closed(&self, side: &Side<T>) -> bool {
        side.is_closed() || self.blocks.is_closed()
    }

    #[inline]
    pub(super) fn queued(&self, pushed: usize) -> usize {
        // The two are read one after another, so the second may have overtaken the first.
        pushed.saturating_sub(self.published.load(Ordering::Acquire))
    }

    pub(super) fn has_room(&self, side: &Side<T>) -> bool {
        self.queued(self.blocks.pushed()) + side.user_items() < self.bound
    }
}
