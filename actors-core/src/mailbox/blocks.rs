//! An unbounded queue of many producers and one consumer, in linked blocks with the items inline.
//!
//! Positions count up by one for each slot and for each gap between two blocks: position `p` lies in slot `p % LAP` of
//! its block, and `p % LAP == SLOTS` means that the next block is being linked in. The lowest bit of the tail says that
//! the queue is closed, so that no item can follow the last one.
//!
//! Steps of a push: (1) read the tail and the block it is in; (2) take the position by moving the tail on; whoever takes
//! the last slot of a block also links the next one; (3) write the item; (4) mark the slot ready. The consumer waits for
//! the mark of its next slot, takes the item and, after the last slot of a block, frees it: every slot of it was written,
//! and whoever wrote the last one had linked the next block before, so nobody touches it any more.
//!
//! The algorithm is that of crossbeam's list channel, reduced to one consumer.
#![allow(unsafe_code, reason = "slots are written by many threads and read by one; see the protocol above")]

use std::mem::MaybeUninit;
use std::ptr;

use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use crate::sync::{UnsafeCell, relax};

/// Positions from one block to the next.
#[cfg(not(actors_loom))]
const LAP: usize = 8;
/// Small under loom, so that models cross blocks.
#[cfg(actors_loom)]
const LAP: usize = 2;

/// Items in a block.
const SLOTS: usize = LAP - 1;

/// The tail's lowest bit: closed. Positions count from the bit above.
const CLOSED: usize = 1;
const SHIFT: usize = 1;
const STEP: usize = 1 << SHIFT;

struct Slot<T> {
    ready: AtomicBool,
    item: UnsafeCell<MaybeUninit<T>>,
}

struct Block<T> {
    next: AtomicPtr<Block<T>>,
    slots: [Slot<T>; SLOTS],
}

impl<T> Block<T> {
    fn new() -> Box<Self> {
        let slot = || Slot { ready: AtomicBool::new(false), item: UnsafeCell::new(MaybeUninit::uninit()) };
        Box::new(Self { next: AtomicPtr::new(ptr::null_mut()), slots: std::array::from_fn(|_| slot()) })
    }
}

/// The queue. Any thread may push; only one at a time may pop.
pub(super) struct Blocks<T> {
    tail: AtomicUsize,
    tail_block: AtomicPtr<Block<T>>,
    /// Written by the first push only, read by the consumer until it has its own.
    first_block: AtomicPtr<Block<T>>,
    /// A used block for the next producer that needs one: a queue that stays short allocates nothing.
    spare: AtomicPtr<Block<T>>,
    head: UnsafeCell<Head<T>>,
}

/// The consumer's side.
struct Head<T> {
    position: usize,
    block: *mut Block<T>,
}

// SAFETY: items move from the producers' threads to the consumer's; no reference to one is ever shared.
unsafe impl<T: Send> Send for Blocks<T> {}
// SAFETY: as above; `head` is only touched by the one consumer, which `pop`'s contract demands.
unsafe impl<T: Send> Sync for Blocks<T> {}

impl<T> Blocks<T> {
    pub(super) fn new() -> Self {
        Self {
            tail: AtomicUsize::new(0),
            tail_block: AtomicPtr::new(ptr::null_mut()),
            first_block: AtomicPtr::new(ptr::null_mut()),
            spare: AtomicPtr::new(ptr::null_mut()),
            head: UnsafeCell::new(Head { position: 0, block: ptr::null_mut() }),
        }
    }

    /// How many items were pushed so far, the one under way included.
    #[inline]
    pub(super) fn pushed(&self) -> usize {
        count(self.tail.load(Ordering::Acquire))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.tail.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Appends an item unless the queue is closed or `admits` says no to the number of items pushed before.
    #[inline]
    pub(super) fn push_if(&self, item: T, admits: impl Fn(usize) -> bool) -> Result<(), Refused<T>> {
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
            let slot = (tail >> SHIFT) % LAP;
            if slot == SLOTS {
                relax(&mut attempts);
                tail = self.tail.load(Ordering::Acquire);
                continue;
            }
            let block = self.tail_block.load(Ordering::Acquire);
            if block.is_null() {
                self.link_first_block();
                tail = self.tail.load(Ordering::Acquire);
                continue;
            }
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
            // SAFETY: as above, the block is alive until this slot is ready. The position was taken by this thread
            // alone, so nobody else writes the slot, and the consumer reads it only once it is ready.
            let slot = unsafe { &(*block).slots[slot] };
            slot.item.with_mut(|item_slot| unsafe { (*item_slot).write(item) });
            slot.ready.store(true, Ordering::Release);
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

    /// Keeps a used block, instead of the one that was kept before.
    fn keep_block(&self, block: Box<Block<T>>) {
        block.next.store(ptr::null_mut(), Ordering::Relaxed);
        for slot in &block.slots {
            slot.ready.store(false, Ordering::Relaxed);
        }
        let before = self.spare.swap(Box::into_raw(block), Ordering::AcqRel);
        if !before.is_null() {
            // SAFETY: as in `take_block`.
            drop(unsafe { Box::from_raw(before) });
        }
    }

    #[cold]
    fn link_first_block(&self) {
        let block = Box::into_raw(Block::new());
        let linked =
            self.tail_block.compare_exchange(ptr::null_mut(), block, Ordering::AcqRel, Ordering::Acquire);
        match linked {
            Ok(_) => self.first_block.store(block, Ordering::Release),
            // SAFETY: it was never shared.
            Err(_) => drop(unsafe { Box::from_raw(block) }),
        }
    }

    /// Takes the oldest item, if one is ready.
    ///
    /// # Safety
    ///
    /// Only one thread at a time may pop.
    #[inline]
    pub(super) unsafe fn pop(&self) -> Option<T> {
        self.head.with_mut(|head| {
            // SAFETY: the caller is the only consumer.
            let head = unsafe { &mut *head };
            if head.block.is_null() {
                if self.tail_block.load(Ordering::Acquire).is_null() {
                    return None;
                }
                // Whoever linked the first block is about to say so. Without waiting for it an item in that block,
                // whose producer has looked at the idle flag already, would lie there unseen.
                let mut attempts = 0;
                while head.block.is_null() {
                    relax(&mut attempts);
                    head.block = self.first_block.load(Ordering::Acquire);
                }
            }
            let at = head.position % LAP;
            // SAFETY: the block is freed by the consumer only, below.
            let slot = unsafe { &(*head.block).slots[at] };
            if !slot.ready.load(Ordering::Acquire) {
                return None;
            }
            // SAFETY: ready, so it was written, and each position is read once.
            let item = slot.item.with(|item| unsafe { (*item).assume_init_read() });
            head.position += 1;
            if at + 1 == SLOTS {
                head.position += 1;
                // SAFETY: all slots were ready, so all producers are done with the block and the next one is linked.
                let used = unsafe { Box::from_raw(head.block) };
                head.block = used.next.load(Ordering::Acquire);
                self.keep_block(used);
            }
            Some(item)
        })
    }

    /// Closes; returns how many items were pushed in all.
    pub(super) fn close(&self) -> usize {
        count(self.tail.fetch_or(CLOSED, Ordering::AcqRel))
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

/// The number of items before a tail: its position without the gaps.
#[inline]
fn count(tail: usize) -> usize {
    let position = tail >> SHIFT;
    position - position / LAP
}

impl<T> Drop for Blocks<T> {
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
            let head = unsafe { &mut *head };
            let mut block =
                if head.block.is_null() { self.first_block.load(Ordering::Acquire) } else { head.block };
            while !block.is_null() {
                // SAFETY: the blocks from the head on were not freed yet.
                let used = unsafe { Box::from_raw(block) };
                block = used.next.load(Ordering::Acquire);
            }
        });
    }
}
