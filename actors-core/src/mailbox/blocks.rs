//! An unbounded queue of many producers and one consumer, in linked blocks with the items inline.
//!
//! The tail counts the items pushed so far and says how many slots are left in its block: taking a position adds to the one
//! and takes from the other in one step. With none left, the queue is in the gap behind its last block, until a producer
//! that has something to push links the next one in. The queue begins in such a gap, so that one that is never used has no
//! block. One bit of the tail says that the queue is closed, so that no item can follow the last one, and one that
//! somebody is linking, so that one does.
//!
//! ```text
//! (n, left) ──take──> (n + 1, left - 1) ─···─> (n, 0) ──claim──> (n, LINKING) ──link, take──> (n + 1, room - 1)
//! ```
//!
//! Steps of a push: (1) read the tail and the block it is in; (2) take the position by moving the tail on; (3) write the
//! item; (4) store its word, which marks the slot ready. In a gap, before that: claim it, link a block and take its first
//! slot. The consumer waits for the word of its next slot, and takes the item. After the last slot of a block it waits for
//! the link, and frees the block: every slot of it was written, and whoever linked the next one is done with it.
//!
//! The first block is very small, the others are small while the consumer keeps up and large while it does not, so that an
//! idle actor holds little and a flood seldom needs another block. Used ones go to the pool, where all queues find them.
//!
//! The algorithm is that of crossbeam's list channel, reduced to one consumer.
#![allow(unsafe_code, reason = "slots are written by many threads and read by one; see the protocol above")]

use std::ptr::{self, NonNull};

use super::Item;
use super::block::{Block, OwnedBlock, Size};
use crate::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use crate::sync::relax;

/// The bits of the tail that say how many slots are left in its block.
const LEFT: u64 = LINKING - 1;
/// None are left, and a producer is about to link the next block.
const LINKING: u64 = 1 << 5;
/// The queue is closed.
const CLOSED: u64 = 1 << 6;
/// Above this bit the tail counts what was pushed.
const SHIFT: u32 = 7;
/// What taking a position adds: one item more, one slot less.
const TAKE: u64 = (1 << SHIFT) - 1;

/// The queue as producers see it. Any thread may push.
///
/// This, [`ReadBlock`] and [`Head`] lie where the owner of the queue puts them: what producers write with each item should share no cache line
/// with what the consumer does.
#[repr(C)]
pub(super) struct Blocks<T: Item> {
    tail: AtomicU64,
    tail_block: AtomicPtr<Block<T>>,
}

/// Where the consumer is, or is to begin: written by the first push, then by the consumer whenever it goes on to another block.
pub(super) struct ReadBlock<T: Item>(AtomicPtr<Block<T>>);

/// The consumer's own side. Only one thread at a time may have it.
#[repr(C)]
pub(super) struct Head<T: Item> {
    block: *mut Block<T>,
    /// Slots of its block that it has not come to.
    left: usize,
    taken: usize,
}

// SAFETY: items move from the producers' threads to the consumer's; no reference to one is ever shared.
unsafe impl<T: Item + Send> Send for Blocks<T> {}
// SAFETY: as above.
unsafe impl<T: Item + Send> Sync for Blocks<T> {}
// SAFETY: as above.
unsafe impl<T: Item + Send> Send for Head<T> {}

impl<T: Item> Blocks<T> {
    pub(super) fn new() -> Self {
        Self { tail: AtomicU64::new(0), tail_block: AtomicPtr::new(ptr::null_mut()) }
    }

    /// How many items were pushed so far, the one under way included.
    #[inline]
    pub(super) fn pushed(&self) -> usize {
        count(self.tail.load(Ordering::Acquire))
    }

    /// As [`pushed`](Self::pushed), in one order with the claim on the mailbox.
    #[inline]
    pub(super) fn pushed_in_order(&self) -> usize {
        count(self.tail.load(Ordering::SeqCst))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.tail.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Appends an item in the usual case: the queue is open, `admits` says yes to the number of items pushed before, the
    /// queue is not in a gap, and no other producer comes between.
    ///
    /// The item is made of its content once it has its place, so that it is written there and nowhere else. Making it must
    /// not panic: the consumer would wait for it for ever.
    #[inline(always)]
    pub(super) fn push_at_once<C>(
        &self,
        content: C,
        seal: impl FnOnce(C) -> T,
        admits: impl Fn(usize) -> bool,
    ) -> Result<(), C> {
        let tail = self.tail.load(Ordering::Acquire);
        // A tail that is closed looks as if more were left than can be.
        let left = tail & (CLOSED | LINKING | LEFT);
        if !(1..LINKING).contains(&left) || !admits(count(tail)) {
            return Err(content);
        }
        let block = self.tail_block.load(Ordering::Acquire);
        if self.tail.compare_exchange(tail, tail + TAKE, Ordering::SeqCst, Ordering::Acquire).is_err() {
            return Err(content);
        }
        // SAFETY: the position was just taken, by this thread alone; its block is the one the tail was in, which the consumer
        // frees only after this slot is ready.
        unsafe { Block::slot(block, left as usize).write(seal(content)) };
        Ok(())
    }

    /// Appends an item unless the queue is closed or `admits` says no to the number of items pushed before.
    pub(super) fn push_if(
        &self,
        reader: &ReadBlock<T>,
        item: T,
        admits: impl Fn(usize) -> bool,
    ) -> Result<(), Refused<T>> {
        let mut attempts = 0;
        let mut tail = self.tail.load(Ordering::Acquire);
        let mut next_block = None;
        loop {
            if tail & CLOSED != 0 {
                return Err(Refused::Closed(item));
            }
            if !admits(count(tail)) {
                return Err(Refused::NotAdmitted(item));
            }
            if tail & LINKING != 0 {
                relax(&mut attempts);
                tail = self.tail.load(Ordering::Acquire);
                continue;
            }
            let left = tail & LEFT;
            let block = self.tail_block.load(Ordering::Acquire);
            // Made before the gap is claimed: nobody is kept waiting for an allocator.
            let next = if left == 0 {
                Some(next_block.take().unwrap_or_else(|| reader.take_block(block)))
            } else {
                None
            };
            let step = if next.is_some() { LINKING } else { TAKE };
            let moved =
                self.tail.compare_exchange_weak(tail, tail + step, Ordering::SeqCst, Ordering::Acquire);
            match (moved, next) {
                (Ok(_), None) => {
                    // SAFETY: as in `push_at_once`.
                    unsafe { Block::slot(block, left as usize).write(item) };
                    return Ok(());
                }
                (Ok(_), Some(next)) => return self.link(reader, tail, block, next, item),
                (Err(current), unused) => {
                    tail = current;
                    next_block = unused;
                }
            }
        }
    }

    /// Ends the gap behind a block, by the one who claimed it when this was the tail, and appends an item there.
    #[inline(always)]
    fn link(
        &self,
        reader: &ReadBlock<T>,
        tail: u64,
        block: *mut Block<T>,
        next: OwnedBlock<T>,
        item: T,
    ) -> Result<(), Refused<T>> {
        let room = next.size().slots();
        let next = next.into_raw();
        self.tail_block.store(next, Ordering::Release);
        if block.is_null() {
            reader.0.store(next, Ordering::Release);
        } else {
            // SAFETY: the consumer frees a block only when the next one is linked, and this is the only one who links.
            unsafe { Block::link(block, next) };
        }
        let (claimed, linked) = (tail | LINKING, tail + room as u64);
        let taken = self.tail.compare_exchange(claimed, linked + TAKE, Ordering::SeqCst, Ordering::Acquire);
        if taken.is_err() {
            // Closed meanwhile, which is all that can happen to a claimed tail.
            self.tail.fetch_add(linked.wrapping_sub(claimed), Ordering::AcqRel);
            return Err(Refused::Closed(item));
        }
        // SAFETY: the position was just taken, and the consumer frees the block only after this slot is ready.
        unsafe { Block::slot(next, room).write(item) };
        Ok(())
    }

    /// Closes; returns how many items were pushed in all.
    pub(super) fn close(&self) -> usize {
        count(self.tail.fetch_or(CLOSED, Ordering::AcqRel))
    }
}

impl<T: Item> ReadBlock<T> {
    pub(super) fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// A block to follow this one, which may be gone by now.
    fn take_block(&self, block: *mut Block<T>) -> OwnedBlock<T> {
        if block.is_null() {
            return OwnedBlock::allocate(Size::First);
        }
        let keeps_up = self.0.load(Ordering::Relaxed) == block;
        OwnedBlock::allocate(if keeps_up { Size::Small } else { Size::Large })
    }
}

impl<T: Item> Head<T> {
    pub(super) fn new() -> Self {
        Self { block: ptr::null_mut(), left: 0, taken: 0 }
    }

    /// How many items were taken so far.
    #[inline]
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Takes the oldest item, if one is ready.
    ///
    /// # Safety
    ///
    /// As for [`pop_in_place`](Self::pop_in_place).
    pub(super) unsafe fn pop(&mut self, reader: &ReadBlock<T>) -> Option<T> {
        // SAFETY: as the caller promises; the item is read at once.
        unsafe { self.pop_in_place(reader).map(|(word, rest)| T::join(word, rest.read())) }
    }

    /// Takes the oldest item, if one is ready, and leaves it where it lies: its word, and where its rest is.
    ///
    /// # Safety
    ///
    /// Both are parts of one queue. The rest is to be read once, before anybody pops again.
    #[inline]
    pub(super) unsafe fn pop_in_place(
        &mut self,
        reader: &ReadBlock<T>,
    ) -> Option<(NonNull<()>, *const T::Rest)> {
        if self.left == 0 {
            let next = self.next_block(reader);
            if next.is_null() {
                return None;
            }
            self.cross_gap(reader, next);
        }
        // SAFETY: the block is freed by the consumer only, when it has crossed the gap after it.
        let item = unsafe { Block::slot(self.block, self.left) }.read()?;
        self.left -= 1;
        self.taken += 1;
        Some(item)
    }

    /// The block behind the consumer's, or null as long as none is linked.
    #[inline(always)]
    fn next_block(&self, reader: &ReadBlock<T>) -> *mut Block<T> {
        if self.block.is_null() {
            return reader.0.load(Ordering::Acquire);
        }
        // SAFETY: the consumer has it until the next one is linked.
        unsafe { Block::next(self.block) }
    }

    /// On to the next block.
    #[inline(never)]
    fn cross_gap(&mut self, reader: &ReadBlock<T>, next: *mut Block<T>) {
        // SAFETY: all slots were taken, and whoever linked the next block is done with this one.
        let used = unsafe { OwnedBlock::from_raw(self.block) };
        self.block = next;
        reader.0.store(next, Ordering::Relaxed);
        // SAFETY: it is alive until the consumer has crossed the gap after it.
        self.left = unsafe { Block::size(next) }.slots();
        drop(used);
    }

    /// Drops what is left in the queue, and its memory.
    ///
    /// # Safety
    ///
    /// As for [`pop_in_place`](Self::pop_in_place), and nobody else has the queue any more.
    pub(super) unsafe fn clear(&mut self, reader: &ReadBlock<T>) {
        // SAFETY: as the caller promises. When nothing is left, the head is in the last block, if there ever was one.
        unsafe {
            while self.pop(reader).is_some() {}
            drop(OwnedBlock::from_raw(self.block));
        }
        *self = Self::new();
    }
}

/// Why an item was not appended.
pub(super) enum Refused<T> {
    NotAdmitted(T),
    Closed(T),
}

impl<T> Refused<T> {
    pub(super) fn into_item(self) -> T {
        match self {
            Self::NotAdmitted(item) | Self::Closed(item) => item,
        }
    }
}

/// How many items were pushed where the tail is.
#[inline]
fn count(tail: u64) -> usize {
    (tail >> SHIFT) as usize
}
