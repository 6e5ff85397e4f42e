//! An unbounded queue of many producers and one consumer, in linked blocks with the items inline.
//!
//! Positions count up by one for each slot and for each gap between two blocks: position `p` lies in slot `p % LAP` of
//! its block, and `p % LAP == SLOTS` means that the next block is being linked in. The queue begins in such a gap, so that
//! one that is never used has no block. The lowest bit of the tail says that the queue is closed, so that no item can
//! follow the last one.
//!
//! Steps of a push: (1) read the tail and the block it is in; (2) take the position by moving the tail on; whoever takes
//! the last slot of a block also links the next one; (3) write the item; (4) store its word, which marks the slot ready.
//! The consumer waits for the word of its next slot, takes the item and, after the last slot of a block, frees it: every
//! slot of it was written, and whoever wrote the last one had linked the next block before, so nobody touches it any more.
//!
//! The algorithm is that of crossbeam's list channel, reduced to one consumer.
#![allow(unsafe_code, reason = "slots are written by many threads and read by one; see the protocol above")]

use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use super::Item;
use crate::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use crate::sync::{UnsafeCell, relax};

/// Positions from one block to the next.
#[cfg(not(actors_loom))]
const LAP: usize = 8;
/// Small under loom, so that models cross blocks; not so small that each slot is the last of its block.
#[cfg(actors_loom)]
const LAP: usize = 3;

/// Items in a block.
const SLOTS: usize = LAP - 1;

/// The tail's lowest bit: closed. Positions count from the bit above.
const CLOSED: usize = 1;
const SHIFT: usize = 1;
const STEP: usize = 1 << SHIFT;

/// The position where a queue begins: in the gap before its first block.
const BEGIN: usize = SLOTS;

struct Slot<T: Item> {
    /// Null until the item is there, then the item's own word.
    word: AtomicPtr<()>,
    rest: UnsafeCell<MaybeUninit<T::Rest>>,
}

struct Block<T: Item> {
    next: AtomicPtr<Block<T>>,
    slots: [Slot<T>; SLOTS],
}

impl<T: Item> Block<T> {
    fn new() -> Box<Self> {
        let slot =
            || Slot { word: AtomicPtr::new(ptr::null_mut()), rest: UnsafeCell::new(MaybeUninit::uninit()) };
        Box::new(Self { next: AtomicPtr::new(ptr::null_mut()), slots: std::array::from_fn(|_| slot()) })
    }
}

/// The queue. Any thread may push; only one at a time may pop.
pub(super) struct Blocks<T: Item> {
    tail: AtomicUsize,
    tail_block: AtomicPtr<Block<T>>,
    /// Written by the first push only, read by the consumer until it has its own.
    first_block: AtomicPtr<Block<T>>,
    /// A used block for the next producer that needs one: a queue that stays short allocates nothing.
    spare: AtomicPtr<Block<T>>,
    head: UnsafeCell<Head<T>>,
}

/// The consumer's side.
struct Head<T: Item> {
    position: usize,
    block: *mut Block<T>,
}

// SAFETY: items move from the producers' threads to the consumer's; no reference to one is ever shared.
unsafe impl<T: Item + Send> Send for Blocks<T> {}
// SAFETY: as above; `head` is only touched by the one consumer, which `pop`'s contract demands.
unsafe impl<T: Item + Send> Sync for Blocks<T> {}

impl<T: Item> Blocks<T> {
    pub(super) fn new() -> Self {
        Self {
            tail: AtomicUsize::new(BEGIN << SHIFT),
            tail_block: AtomicPtr::new(ptr::null_mut()),
            first_block: AtomicPtr::new(ptr::null_mut()),
            spare: AtomicPtr::new(ptr::null_mut()),
            head: UnsafeCell::new(Head { position: BEGIN, block: ptr::null_mut() }),
        }
    }

    /// How many items were pushed so far, the one under way included.
    #[inline]
    pub(super) fn pushed(&self) -> usize {
        count(self.tail.load(Ordering::Acquire) >> SHIFT)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.tail.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Appends an item in the usual case: the queue is open, `admits` says yes to the number of items pushed before, the
    /// slot is neither the last of its block nor a gap, and no other producer comes between.
    #[inline]
    pub(super) fn push_at_once(&self, item: T, admits: impl Fn(usize) -> bool) -> Result<(), T> {
        let tail = self.tail.load(Ordering::Acquire);
        let slot = (tail >> SHIFT) % LAP;
        if tail & CLOSED != 0 || slot + 1 >= SLOTS || !admits(count(tail >> SHIFT)) {
            return Err(item);
        }
        let block = self.tail_block.load(Ordering::Acquire);
        if self.tail.compare_exchange(tail, tail + STEP, Ordering::AcqRel, Ordering::Acquire).is_err() {
            return Err(item);
        }
        // SAFETY: the position was just taken; its block is the one the tail was in.
        unsafe { write(block, slot, item) };
        Ok(())
    }

    /// Appends an item unless the queue is closed or `admits` says no to the number of items pushed before.
    pub(super) fn push_if(&self, item: T, admits: impl Fn(usize) -> bool) -> Result<(), Refused<T>> {
        let mut attempts = 0;
        let mut tail = self.tail.load(Ordering::Acquire);
        let mut next_block = None;
        loop {
            if tail & CLOSED != 0 {
                return Err(Refused::Closed(item));
            }
            if !admits(count(tail >> SHIFT)) {
                return Err(Refused::NotAdmitted(item));
            }
            let slot = (tail >> SHIFT) % LAP;
            if slot == SLOTS {
                if self.tail_block.load(Ordering::Acquire).is_null() {
                    self.link_first_block();
                } else {
                    relax(&mut attempts);
                }
                tail = self.tail.load(Ordering::Acquire);
                continue;
            }
            let block = self.tail_block.load(Ordering::Acquire);
            // Taken before the position is: nobody is kept waiting at the gap for an allocator.
            if slot + 1 == SLOTS && next_block.is_none() {
                next_block = Some(self.take_block());
            }
            let taken =
                self.tail.compare_exchange_weak(tail, tail + STEP, Ordering::AcqRel, Ordering::Acquire);
            if let Err(current) = taken {
                tail = current;
                continue;
            }
            if slot + 1 == SLOTS {
                let next = Box::into_raw(next_block.take().unwrap_or_else(|| self.take_block()));
                self.tail_block.store(next, Ordering::Release);
                // Over the gap. An addition, because a close may have set its bit meanwhile.
                self.tail.fetch_add(STEP, Ordering::Release);
                // SAFETY: the consumer frees a block only after its last slot is ready, which comes below.
                unsafe { &(*block).next }.store(next, Ordering::Release);
            }
            // SAFETY: the position was just taken; its block is the one the tail was in.
            unsafe { write(block, slot, item) };
            return Ok(());
        }
    }

    /// A block that nobody uses.
    fn take_block(&self) -> Box<Block<T>> {
        let spare = self.spare.swap(ptr::null_mut(), Ordering::AcqRel);
        if spare.is_null() {
            return Block::new();
        }
        // SAFETY: whoever swaps it out owns it.
        unsafe { Box::from_raw(spare) }
    }

    /// Keeps a used block, unless one is kept already.
    fn keep_block(&self, block: Box<Block<T>>) {
        if !self.spare.load(Ordering::Relaxed).is_null() {
            return;
        }
        block.next.store(ptr::null_mut(), Ordering::Relaxed);
        for slot in &block.slots {
            slot.word.store(ptr::null_mut(), Ordering::Relaxed);
        }
        // Only the consumer puts one here, so the place is still free.
        self.spare.store(Box::into_raw(block), Ordering::Release);
    }

    fn link_first_block(&self) {
        let block = Box::into_raw(Block::new());
        let linked =
            self.tail_block.compare_exchange(ptr::null_mut(), block, Ordering::AcqRel, Ordering::Acquire);
        match linked {
            Ok(_) => {
                self.first_block.store(block, Ordering::Release);
                self.tail.fetch_add(STEP, Ordering::Release);
            }
            // SAFETY: it was never shared.
            Err(_) => drop(unsafe { Box::from_raw(block) }),
        }
    }

    /// How many items were taken so far.
    ///
    /// # Safety
    ///
    /// As for [`pop`](Self::pop).
    #[inline]
    pub(super) unsafe fn taken(&self) -> usize {
        // SAFETY: the caller is the only consumer.
        self.head.with(|head| count(unsafe { (*head).position }))
    }

    /// Takes the oldest item, if one is ready.
    ///
    /// # Safety
    ///
    /// Only one thread at a time may pop.
    pub(super) unsafe fn pop(&self) -> Option<T> {
        // SAFETY: as the caller promises; the item is read at once.
        unsafe { self.pop_in_place().map(|(word, rest)| T::join(word, rest.read())) }
    }

    /// Takes the oldest item, if one is ready, and leaves it where it lies: its word, and where its rest is.
    ///
    /// # Safety
    ///
    /// Only one thread at a time may pop. The rest is to be read once, before anybody pops again.
    #[inline]
    pub(super) unsafe fn pop_in_place(&self) -> Option<(NonNull<()>, *const T::Rest)> {
        self.head.with_mut(|head| {
            // SAFETY: the caller is the only consumer.
            let head = unsafe { &mut *head };
            let mut at = head.position % LAP;
            if at == SLOTS {
                if !self.cross_gap(head) {
                    return None;
                }
                at = 0;
            }
            // SAFETY: the block is freed by the consumer only, when it has crossed the gap after it.
            let slot = unsafe { &(*head.block).slots[at] };
            let word = NonNull::new(slot.word.load(Ordering::Acquire))?;
            head.position += 1;
            // Ready, so it was written, and each position comes once.
            Some((word, slot.rest.with(|rest| rest.cast())))
        })
    }

    /// On to the next block; false if there is none because nothing was pushed yet.
    #[inline(never)]
    fn cross_gap(&self, head: &mut Head<T>) -> bool {
        if head.block.is_null() {
            // Null as long as nothing was pushed: items come after the first block.
            head.block = self.first_block.load(Ordering::Acquire);
            if head.block.is_null() {
                return false;
            }
        } else {
            // SAFETY: all slots were ready, so all producers are done with the block and the next one is linked.
            let used = unsafe { Box::from_raw(head.block) };
            head.block = used.next.load(Ordering::Acquire);
            self.keep_block(used);
        }
        head.position += 1;
        true
    }

    /// Closes; returns how many items were pushed in all.
    pub(super) fn close(&self) -> usize {
        count(self.tail.fetch_or(CLOSED, Ordering::AcqRel) >> SHIFT)
    }
}

/// Writes an item into its slot.
///
/// # Safety
///
/// The caller has taken the slot's position and not written it yet.
#[inline]
unsafe fn write<T: Item>(block: *mut Block<T>, slot: usize, item: T) {
    // SAFETY: the consumer frees the block only after this slot is ready. The position was taken by the caller alone, so
    // nobody else writes the slot, and the consumer reads it only once it is ready.
    let slot = unsafe { &(*block).slots[slot] };
    let (word, rest) = item.split();
    slot.rest.with_mut(|place| unsafe { (*place).write(rest) });
    slot.word.store(word.as_ptr(), Ordering::Release);
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

/// The number of slots before a position, without the gaps.
#[inline]
fn count(position: usize) -> usize {
    position - position / LAP - BEGIN
}

impl<T: Item> Drop for Blocks<T> {
    fn drop(&mut self) {
        // SAFETY: nobody else has the queue any more.
        while unsafe { self.pop() }.is_some() {}
        let spare = self.spare.swap(ptr::null_mut(), Ordering::AcqRel);
        if !spare.is_null() {
            // SAFETY: as in `take_block`.
            drop(unsafe { Box::from_raw(spare) });
        }
        self.head.with_mut(|head| {
            // SAFETY: as above.
            let mut block = unsafe { (*head).block };
            while !block.is_null() {
                // SAFETY: the blocks from the head on were not freed yet.
                let used = unsafe { Box::from_raw(block) };
                block = used.next.load(Ordering::Acquire);
            }
        });
    }
}
