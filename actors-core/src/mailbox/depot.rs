//! Where threads leave memory for one another, stacks of many pieces at a time.
//!
//! A thread that sends frees nothing, and one that receives what others have sent allocates nothing: without a place between them all
//! that memory goes through the allocator, where the two wait for each other. After Bonwick and Adams, "Magazines and Vmem: Extending
//! the Slab Allocator to Many CPUs and Arbitrary Resources".
#![allow(unsafe_code, reason = "raw memory goes from thread to thread")]

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::spares::{Spare, Spares};

/// Pieces in a stack that goes from thread to thread.
pub(super) const MAGAZINE: usize = 16;

/// Full stacks of pieces of one size.
pub(super) struct Depot {
    shelf: Mutex<Shelf>,
    /// How many stacks there are. Changed by whoever has the shelf, and looked at by others, who need not know it exactly.
    height: AtomicUsize,
}

struct Shelf {
    top: *mut Spare,
}

// SAFETY: what lies here is nobody's, and whoever takes it out is the only one to have it.
unsafe impl Send for Shelf {}

/// The pieces of one size that a thread keeps: two stacks, so that a thread that takes and gives back in turns leaves the depot alone.
pub(super) struct Magazines {
    loaded: Spares,
    /// Full, if there is one.
    other: Cell<*mut Spare>,
}

impl Depot {
    pub(super) const fn new() -> Self {
        Self { shelf: Mutex::new(Shelf { top: ptr::null_mut() }), height: AtomicUsize::new(0) }
    }

    #[cfg(all(test, not(actors_loom)))]
    pub(super) fn height(&self) -> usize {
        self.height.load(Ordering::Relaxed)
    }

    fn take(&self) -> *mut Spare {
        if self.height.load(Ordering::Relaxed) == 0 {
            return ptr::null_mut();
        }
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let top = shelf.top;
        // SAFETY: what lies here is alive, and nobody else's.
        if let Some(first) = unsafe { top.as_mut() } {
            shelf.top = std::mem::replace(&mut first.beside, ptr::null_mut());
            self.height.fetch_sub(1, Ordering::Relaxed);
        }
        top
    }

    /// Leaves a full stack; gives it back if there are as many as may be.
    fn leave(&self, full: *mut Spare, most: usize) -> *mut Spare {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the caller's, who leaves it here.
        match unsafe { full.as_mut() } {
            Some(first) if self.height.load(Ordering::Relaxed) < most => {
                first.beside = std::mem::replace(&mut shelf.top, full);
                self.height.fetch_add(1, Ordering::Relaxed);
                ptr::null_mut()
            }
            _ => full,
        }
    }
}

impl Magazines {
    pub(super) const fn new() -> Self {
        Self { loaded: Spares::new(), other: Cell::new(ptr::null_mut()) }
    }

    #[inline(always)]
    pub(super) fn pop(&self, depot: &Depot) -> Option<NonNull<u8>> {
        self.loaded.pop().or_else(|| self.reload(depot))
    }

    #[cold]
    #[inline(never)]
    fn reload(&self, depot: &Depot) -> Option<NonNull<u8>> {
        self.pop_own().or_else(|| {
            self.loaded.replace(depot.take());
            self.loaded.pop()
        })
    }

    /// Keeps a piece; false if there is no room, and some is to be [made](Self::make_room).
    ///
    /// # Safety
    ///
    /// As for [`Spares::push`].
    #[inline(always)]
    pub(super) unsafe fn push(&self, memory: NonNull<u8>) -> bool {
        // SAFETY: as the caller promises.
        unsafe { self.loaded.push(memory, MAGAZINE) }
    }

    /// Leaves pieces in the depot, which holds so many stacks at most; gives back those that are too many.
    pub(super) fn make_room(&self, depot: &Depot, most: usize) -> Spares {
        let full = self.loaded.replace(ptr::null_mut());
        let before = self.other.replace(full);
        let too_many = Spares::new();
        if !before.is_null() {
            too_many.replace(depot.leave(before, most));
        }
        too_many
    }

    /// One of those that are kept here, if there are any.
    pub(super) fn pop_own(&self) -> Option<NonNull<u8>> {
        self.loaded.pop().or_else(|| {
            self.loaded.replace(self.other.replace(ptr::null_mut()));
            self.loaded.pop()
        })
    }

    #[cfg(all(test, not(actors_loom)))]
    pub(super) fn height(&self) -> usize {
        self.loaded.height() + if self.other.get().is_null() { 0 } else { MAGAZINE }
    }
}
