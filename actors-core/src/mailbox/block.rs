//! One block of the queue: a word, and slots behind it that are filled from the last one to the first.
#![allow(unsafe_code, reason = "a block has as many slots as it was made with")]

use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use super::{Item, pool};
use crate::sync::UnsafeCell;
use crate::sync::atomic::{AtomicPtr, Ordering};

pub(super) struct Slot<T: Item> {
    /// Null until the item is there, then the item's own word.
    word: AtomicPtr<()>,
    rest: UnsafeCell<MaybeUninit<T::Rest>>,
}

/// How many slots a block has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Of a queue's first block: something told, something asked and the order to stop, which is all that many actors get.
    First,
    /// Of a block while the consumer keeps up.
    Small,
    /// 1,000 bytes, which the consumer may hold until as many items have come once more.
    Large,
}

impl Size {
    const ALL: [Self; 3] = [Self::First, Self::Small, Self::Large];

    #[cfg(not(actors_loom))]
    pub(super) const fn slots(self) -> usize {
        match self {
            Self::First => 3,
            Self::Small => 7,
            Self::Large => 31,
        }
    }

    /// Few under loom, so that models cross blocks; not so few that each slot is the last of its block.
    #[cfg(actors_loom)]
    pub(super) const fn slots(self) -> usize {
        match self {
            Self::First | Self::Small => 2,
            Self::Large => 3,
        }
    }
}

/// The header. Only pointers that came from [`OwnedBlock::allocate`] lead to the slots.
#[repr(C)]
pub(super) struct Block<T: Item> {
    /// The block after this one, or null, and in the bits that are zero in both the size of *this* one.
    link: AtomicPtr<Block<T>>,
    slots: [Slot<T>; 0],
}

/// The bits of a link that hold a size.
const SIZE: usize = 3;

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
    #[inline]
    pub(super) unsafe fn size(block: *mut Self) -> Size {
        // SAFETY: as the caller promises. The bits are never written again.
        Size::ALL[unsafe { &(*block).link }.load(Ordering::Relaxed).addr() & SIZE]
    }

    /// The block after it, or null as long as none is linked.
    ///
    /// # Safety
    ///
    /// The block is alive.
    pub(super) unsafe fn next(block: *mut Self) -> *mut Self {
        // SAFETY: as the caller promises.
        unsafe { &(*block).link }.load(Ordering::Acquire).map_addr(|address| address & !SIZE)
    }

    /// Links the block that follows.
    ///
    /// # Safety
    ///
    /// The block is alive, and the caller the only one to link another to it.
    pub(super) unsafe fn link(block: *mut Self, next: *mut Self) {
        // SAFETY: as the caller promises.
        let (link, size) = unsafe { (&(*block).link, Self::size(block)) };
        link.store(tagged(next, size), Ordering::Release);
    }
}

/// A link to a block, from one of this size.
fn tagged<T: Item>(next: *mut Block<T>, size: Size) -> *mut Block<T> {
    next.map_addr(|address| address | size as usize)
}

/// A block that nobody else uses, with empty slots. What lies in them when it is dropped is forgotten.
pub(super) struct OwnedBlock<T: Item>(NonNull<Block<T>>);

impl<T: Item> OwnedBlock<T> {
    #[inline(always)]
    pub(super) fn allocate(size: Size) -> Self {
        const { assert!(align_of::<Block<T>>() > SIZE, "a size would not fit beside an address") };
        let block = pool::take(layout::<T>(size)).cast::<Block<T>>();
        let header = Block { link: AtomicPtr::new(tagged(ptr::null_mut(), size)), slots: [] };
        // SAFETY: the memory is as large as the header and its slots behind it, and aligned for both.
        unsafe {
            block.write(header);
            for at in 0..size.slots() {
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

    pub(super) fn size(&self) -> Size {
        // SAFETY: it is alive.
        unsafe { Block::size(self.0.as_ptr()) }
    }
}

impl<T: Item> Drop for OwnedBlock<T> {
    fn drop(&mut self) {
        let (block, size) = (self.0, self.size());
        // SAFETY: it was allocated with this layout, and nobody else uses it.
        unsafe {
            // Nothing to do, but for the cells of model tests.
            ptr::slice_from_raw_parts_mut(block.as_ptr().add(1).cast::<Slot<T>>(), size.slots())
                .drop_in_place();
            block.drop_in_place();
            pool::give_back(block.cast(), layout::<T>(size));
        }
    }
}

#[inline(always)]
const fn layout<T: Item>(size: Size) -> Layout {
    let bytes = size_of::<Block<T>>() + size.slots() * size_of::<Slot<T>>();
    match Layout::from_size_align(bytes, align_of::<Block<T>>()) {
        Ok(layout) => layout,
        Err(_) => panic!("a few slots are not too large for memory"),
    }
}
