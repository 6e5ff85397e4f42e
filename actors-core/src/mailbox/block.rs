//! One block of the queue: a header, and slots behind it that are filled from the last one to the first.
#![allow(unsafe_code, reason = "a block has as many slots as it was made with")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use super::Item;
use crate::sync::UnsafeCell;
use crate::sync::atomic::{AtomicPtr, Ordering};

pub(super) struct Slot<T: Item> {
    /// Null until the item is there, then the item's own word.
    word: AtomicPtr<()>,
    rest: UnsafeCell<MaybeUninit<T::Rest>>,
}

/// The header. Only pointers that came from [`OwnedBlock::allocate`] lead to the slots.
#[repr(C)]
pub(super) struct Block<T: Item> {
    pub(super) next: AtomicPtr<Block<T>>,
    /// How many slots follow.
    room: usize,
    slots: [Slot<T>; 0],
}

impl<T: Item> Slot<T> {
    fn empty() -> Self {
        Self { word: AtomicPtr::new(ptr::null_mut()), rest: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// The item, if it is there: its word, and where its rest lies.
    #[inline]
    pub(super) fn read(&self) -> Option<(NonNull<()>, *const T::Rest)> {
        let word = NonNull::new(self.word.load(Ordering::Acquire))?;
        Some((word, self.rest.with(|rest| rest.cast())))
    }

    /// Puts an item in.
    ///
    /// # Safety
    ///
    /// Nobody else writes the slot, and it is empty.
    #[inline]
    pub(super) unsafe fn write(&self, item: T) {
        let (word, rest) = item.split();
        // SAFETY: the caller is the only one to write, and nobody reads before the word is there.
        self.rest.with_mut(|place| unsafe { (*place).write(rest) });
        self.word.store(word.as_ptr(), Ordering::Release);
    }
}

impl<T: Item> Block<T> {
    /// The slot that is taken when so many are left.
    ///
    /// # Safety
    ///
    /// The block is alive, and `left` is from 1 to its room.
    #[inline]
    pub(super) unsafe fn slot<'a>(block: *mut Self, left: usize) -> &'a Slot<T> {
        // SAFETY: the slots follow the header, whose size is a multiple of their alignment.
        unsafe { &*block.add(1).cast::<Slot<T>>().add(left - 1) }
    }

    /// # Safety
    ///
    /// The block is alive.
    pub(super) unsafe fn room(block: *mut Self) -> usize {
        // SAFETY: as the caller promises; it is never written.
        unsafe { (*block).room }
    }
}

/// A block that nobody else uses, with empty slots. What lies in them when it is dropped is forgotten.
pub(super) struct OwnedBlock<T: Item>(NonNull<Block<T>>);

impl<T: Item> OwnedBlock<T> {
    pub(super) fn allocate(room: usize) -> Self {
        let layout = layout::<T>(room);
        // SAFETY: the layout has the header's size at least.
        let Some(block) = NonNull::new(unsafe { alloc(layout) }.cast::<Block<T>>()) else {
            handle_alloc_error(layout)
        };
        let header = Block { next: AtomicPtr::new(ptr::null_mut()), room, slots: [] };
        // SAFETY: the memory is as large as the header and `room` slots behind it, and aligned for both.
        unsafe {
            block.write(header);
            for at in 0..room {
                block.add(1).cast::<Slot<T>>().add(at).write(Slot::empty());
            }
        }
        Self(block)
    }

    /// # Safety
    ///
    /// It came from [`into_raw`](Self::into_raw), and nobody uses it any more.
    pub(super) unsafe fn from_raw(block: *mut Block<T>) -> Option<Self> {
        NonNull::new(block).map(Self)
    }

    pub(super) fn into_raw(self) -> *mut Block<T> {
        let block = self.0.as_ptr();
        std::mem::forget(self);
        block
    }

    pub(super) fn room(&self) -> usize {
        // SAFETY: it is alive.
        unsafe { Block::room(self.0.as_ptr()) }
    }

    /// The block after it, if one was linked.
    pub(super) fn next(&self) -> *mut Block<T> {
        // SAFETY: it is alive.
        unsafe { self.0.as_ref() }.next.load(Ordering::Acquire)
    }

    /// Makes it as if it were new; what lies in its slots is forgotten.
    pub(super) fn clear(&mut self) {
        // SAFETY: it is alive, and so are all its slots.
        unsafe {
            self.0.as_ref().next.store(ptr::null_mut(), Ordering::Relaxed);
            for left in 1..=self.room() {
                Block::slot(self.0.as_ptr(), left).word.store(ptr::null_mut(), Ordering::Relaxed);
            }
        }
    }
}

impl<T: Item> Drop for OwnedBlock<T> {
    fn drop(&mut self) {
        let (block, room) = (self.0, self.room());
        // SAFETY: it was allocated with this layout, and nobody else uses it.
        unsafe {
            // Nothing to do, but for the cells of model tests.
            ptr::slice_from_raw_parts_mut(block.as_ptr().add(1).cast::<Slot<T>>(), room).drop_in_place();
            block.drop_in_place();
            dealloc(block.as_ptr().cast(), layout::<T>(room));
        }
    }
}

fn layout<T: Item>(room: usize) -> Layout {
    let slots = Layout::array::<Slot<T>>(room);
    let all = slots.and_then(|slots| Layout::new::<Block<T>>().extend(slots));
    all.expect("a few slots are not too large for memory").0
}
