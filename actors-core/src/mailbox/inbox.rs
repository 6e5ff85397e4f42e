//! The queue of one actor: three lanes, one bound, one consumer.
#![allow(unsafe_code, reason = "the consumer's side of the blocks is its alone")]

use std::task::Waker;

use super::blocks::{Blocks, Head, ReadBlock, Refused};
use super::claim::Claim;
use super::once::{OnceBox, OnceWaker};
use super::side::Side;
use super::{Item, Mailbox, OnFull};
use crate::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};
use crate::sync::{Lock, LockGuard, UnsafeCell};

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
///
/// The order of the fields is that of memory. What each push touches comes first and what each pop writes last, so far apart that they
/// are never in one cache line of 64 bytes, at whichever multiple of 16 an allocator puts the whole: two threads that wrote into one
/// line in turns, or where the other one reads, would wait for each other with each item. What is read by both lies between, and is
/// seldom written.
#[repr(C)]
pub(crate) struct Inbox<T: Item> {
    pub(super) blocks: Blocks<T>,
    /// What the consumer last said of how many items it has taken.
    pub(super) published: AtomicUsize,
    pub(super) bound: usize,
    /// As much as `beside` and `waiting` together, for pushes that take no thought.
    crowd: AtomicU32,
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
    pub(super) read_block: ReadBlock<T>,
    /// Items in the side's lanes, and [`LOCKED`] where the consumer has to look there in any case.
    pub(super) beside: AtomicU32,
    /// Senders in the side's line.
    pub(super) waiting: AtomicU32,
    head: UnsafeCell<Head<T>>,
}

// SAFETY: only the holder of the outlet has the head, or of the side's lock where producers take items too.
unsafe impl<T: Item + Send> Sync for Inbox<T> {}

/// The most items the consumer takes before it says so. More would delay waiting senders, less costs a shared write more often.
const LONGEST_STRIDE: usize = 64;

/// In `Inbox::beside`: producers take items too, so that the consumer takes each under the side's lock.
pub(super) const LOCKED: u32 = 1 << 31;

impl<T: Item> Inbox<T> {
    pub(crate) fn new(shape: Mailbox) -> Self {
        let (on_full, bound) = (shape.policy(), shape.bound().unwrap_or(usize::MAX));
        let beside = if on_full == OnFull::DropOldest { LOCKED } else { 0 };
        Self {
            blocks: Blocks::new(),
            published: AtomicUsize::new(0),
            bound,
            crowd: AtomicU32::new(beside),
            claim: Claim::new(),
            on_full,
            stride: (bound / 16).clamp(1, LONGEST_STRIDE) as u8,
            has_task: AtomicBool::new(false),
            side: OnceBox::new(),
            consumer: OnceWaker::new(),
            read_block: ReadBlock::new(),
            beside: AtomicU32::new(beside),
            waiting: AtomicU32::new(0),
            head: UnsafeCell::new(Head::new()),
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

    /// Whether so much room is there that a sender need not come back soon.
    pub(crate) fn is_half_empty(&self) -> bool {
        self.len() <= self.bound / 2
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

    /// Appends an item to the blocks unless they are closed or `admits` says no to the number of items pushed before.
    #[inline]
    pub(super) fn append(&self, item: T, admits: impl Fn(usize) -> bool) -> Result<(), Refused<T>> {
        self.blocks.push_if(&self.read_block, item, admits)
    }

    /// The consumer's side of the blocks.
    ///
    /// # Safety
    ///
    /// Called by the holder of the outlet, or under the side's lock where producers drop the oldest; the outlet's holder
    /// takes the lock too there. Nobody has it twice at a time.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "as it says")]
    pub(super) unsafe fn head(&self) -> &mut Head<T> {
        // SAFETY: as the caller promises.
        self.head.with_mut(|head| unsafe { &mut *head })
    }

    /// So many items more lie beside the blocks, or so many senders more wait, of whom the count is one. The side is locked.
    pub(super) fn add_to(&self, count: &AtomicU32, more: u32) {
        count.fetch_add(more, Ordering::SeqCst);
        self.crowd.fetch_add(more, Ordering::Relaxed);
    }

    /// One less.
    pub(super) fn take_from(&self, count: &AtomicU32) {
        count.fetch_sub(1, Ordering::AcqRel);
        self.crowd.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether anything lies beside the blocks, or may at any time, or anybody waits, so that a push takes thought.
    #[inline]
    pub(super) fn is_crowded(&self) -> bool {
        self.crowd.load(Ordering::Relaxed) != 0
    }

    /// Whether the crowd is what it is made of, while nobody changes it.
    #[cfg(test)]
    pub(super) fn counts_agree(&self) -> bool {
        let [crowd, beside, waiting] =
            [&self.crowd, &self.beside, &self.waiting].map(|count| count.load(Ordering::SeqCst));
        crowd == beside + waiting
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

impl<T: Item> Drop for Inbox<T> {
    fn drop(&mut self) {
        // SAFETY: nobody else has the inbox any more.
        unsafe { self.head().clear(&self.read_block) };
    }
}

#[cfg(all(test, target_pointer_width = "64", not(actors_loom)))]
mod tests {
    use std::mem::offset_of;

    use super::*;
    use crate::mailbox::model::Counted;

    #[test]
    fn what_a_push_touches_is_never_in_a_line_with_what_a_pop_writes() {
        type Any = Inbox<Counted>;
        let word = size_of::<usize>();
        // Whatever comes before it, an inbox lies where an allocator's multiple of 16 and two counts of four bytes put it.
        for start in [8, 24, 40, 56] {
            let line = |offset: usize| (start + offset) / 64;
            let written_by_pops = [offset_of!(Any, head) + word, offset_of!(Any, head) + 2 * word];
            let touched_by_pushes = [
                offset_of!(Any, blocks),
                offset_of!(Any, blocks) + word,
                offset_of!(Any, published),
                offset_of!(Any, bound),
                offset_of!(Any, crowd),
                offset_of!(Any, claim),
            ];
            let written_by_pushes = [offset_of!(Any, blocks), offset_of!(Any, blocks) + word];
            for push in touched_by_pushes {
                assert!(written_by_pops.iter().all(|&pop| line(pop) != line(push)), "{start}: {push}");
            }
            assert!(
                written_by_pushes.iter().all(|&push| line(push) != line(offset_of!(Any, beside))),
                "{start}"
            );
        }
    }
}
