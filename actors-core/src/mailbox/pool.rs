//! The memory of exchanges. A thread keeps some of what was freed last, for the next ones: an ask that is answered at once
//! takes the memory that the one before it has left, in fewer steps than any allocator for all sizes can.
#![allow(unsafe_code, reason = "raw memory for exchanges of any size")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::{self, NonNull};

/// Sizes that are kept are multiples of this.
const STEP: usize = 64;

/// How many sizes are kept, each with what fits in no smaller one.
const SIZES: usize = 8;

/// How many pieces of each size a thread keeps.
const MOST: usize = 32;

thread_local! {
    /// What this thread keeps.
    static KEPT: Kept = const { Kept([const { Cell::new(ptr::null_mut()) }; SIZES]) };
}

/// A stack of pieces for each size.
struct Kept([Cell<*mut Piece>; SIZES]);

/// Memory that is kept.
struct Piece {
    below: *mut Piece,
    /// How many there are from here on.
    height: usize,
}

/// Memory for a `T`.
#[inline(always)]
pub(super) fn take<T>() -> NonNull<T> {
    let kept = match const { place_of::<T>() } {
        // While the thread goes down nothing is kept any more.
        Some(size) => KEPT.try_with(|kept| kept.pop(size)).ok().flatten(),
        None => None,
    };
    kept.unwrap_or_else(|| allocate(const { layout_of::<T>() })).cast()
}

/// Gives memory for a `T` back.
///
/// # Safety
///
/// It was [taken](take) for a `T`, and nobody uses it any more.
#[inline(always)]
pub(super) unsafe fn give_back<T>(memory: NonNull<T>) {
    let is_kept = match const { place_of::<T>() } {
        // SAFETY: it is as large as all of that size are, and free.
        Some(size) => KEPT.try_with(|kept| unsafe { kept.push(size, memory.cast()) }).unwrap_or(false),
        None => false,
    };
    if !is_kept {
        // SAFETY: as the caller promises.
        unsafe { free(memory.cast(), const { layout_of::<T>() }) }
    }
}

impl Kept {
    #[inline(always)]
    fn pop(&self, size: usize) -> Option<NonNull<Piece>> {
        let top = NonNull::new(self.0[size].get())?;
        // SAFETY: what is kept is alive, and this thread's.
        self.0[size].set(unsafe { top.as_ref() }.below);
        Some(top)
    }

    /// False if there are enough.
    ///
    /// # Safety
    ///
    /// The memory is of that size, and nobody uses it.
    #[inline(always)]
    unsafe fn push(&self, size: usize, memory: NonNull<Piece>) -> bool {
        let below = self.0[size].get();
        // SAFETY: null, or as in `pop`.
        let height = unsafe { below.as_ref() }.map_or(0, |below| below.height) + 1;
        if height > MOST {
            return false;
        }
        // SAFETY: the smallest size holds a piece.
        unsafe { memory.write(Piece { below, height }) };
        self.0[size].set(memory.as_ptr());
        true
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for size in 0..SIZES {
            while let Some(piece) = self.pop(size) {
                // SAFETY: pieces of this size were allocated so.
                unsafe { free(piece.cast(), layout_of_size(size)) };
            }
        }
    }
}

/// Where memory for a `T` is kept, if it is.
const fn place_of<T>() -> Option<usize> {
    let size = size_of::<T>().saturating_sub(1) / STEP;
    if size < SIZES && align_of::<T>() <= align_of::<Piece>() { Some(size) } else { None }
}

const fn layout_of<T>() -> Layout {
    match place_of::<T>() {
        Some(size) => layout_of_size(size),
        None => Layout::new::<T>(),
    }
}

const fn layout_of_size(size: usize) -> Layout {
    match Layout::from_size_align((size + 1) * STEP, align_of::<Piece>()) {
        Ok(layout) => layout,
        Err(_) => panic!("a small size and a power of two"),
    }
}

#[cold]
#[inline(never)]
fn allocate(layout: Layout) -> NonNull<Piece> {
    // SAFETY: exchanges are never of size 0.
    let memory = NonNull::new(unsafe { alloc(layout) }.cast());
    memory.unwrap_or_else(|| handle_alloc_error(layout))
}

/// # Safety
///
/// It was allocated with this layout, and nobody uses it any more.
#[cold]
#[inline(never)]
unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: as the caller promises.
    unsafe { dealloc(memory.as_ptr(), layout) }
}

#[cfg(all(test, not(actors_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_back_last_is_taken_first_by_what_fits() {
        let (first, second) = (take::<[u64; 9]>(), take::<[u64; 9]>());
        // SAFETY: each is given back once.
        unsafe {
            give_back(first);
            give_back(second);
        }
        let smaller = take::<[u64; 8]>();
        assert_ne!(smaller.addr(), second.addr(), "it is kept elsewhere");
        assert_eq!(take::<[u64; 16]>().addr(), second.addr());
        assert_eq!(take::<[u64; 10]>().addr(), first.addr());
        let aligned = take::<Aligned>();
        assert_eq!(aligned.addr().get() % 64, 0);
        // SAFETY: as above.
        unsafe {
            give_back(smaller);
            give_back(aligned);
            give_back(second.cast::<[u64; 16]>());
            give_back(first.cast::<[u64; 10]>());
        }
    }

    #[repr(align(64))]
    struct Aligned(#[expect(dead_code, reason = "it has a size")] u8);

    #[test]
    fn a_thread_keeps_no_more_than_a_few() {
        let height = || {
            KEPT.with(|kept| {
                // SAFETY: what is kept is alive.
                unsafe { kept.0[1].get().as_ref() }.map_or(0, |top| top.height)
            })
        };
        let taken: Vec<_> = (0..3 * MOST).map(|_| take::<[u64; 16]>()).collect();
        assert_eq!(height(), 0);
        // SAFETY: each is given back once.
        taken.into_iter().for_each(|piece| unsafe { give_back(piece) });
        assert_eq!(height(), MOST);
    }
}
