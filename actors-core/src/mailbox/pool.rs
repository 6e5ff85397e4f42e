//! The memory of exchanges. A thread keeps some of what was freed last, for the next ones: an ask that is answered at once
//! takes the memory that the one before it has left, in fewer steps than any allocator for all sizes can.
#![allow(unsafe_code, reason = "raw memory for exchanges of any size")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use super::spares::{Spare, Spares};

/// Sizes that are kept are multiples of this.
const STEP: usize = 64;

/// How many sizes are kept, each with what fits in no smaller one.
const SIZES: usize = 8;

/// How many pieces of each size a thread keeps.
const MOST: usize = 32;

thread_local! {
    /// What this thread keeps.
    static KEPT: Kept = const { Kept([const { Spares::new() }; SIZES]) };
}

/// A stack of pieces for each size.
struct Kept([Spares; SIZES]);

/// Memory for a `T`.
#[inline(always)]
pub(super) fn take<T>() -> NonNull<T> {
    let kept = match const { place_of::<T>() } {
        // While the thread goes down nothing is kept any more.
        Some(size) => KEPT.try_with(|kept| kept.0[size].pop()).ok().flatten(),
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
        Some(size) => {
            KEPT.try_with(|kept| unsafe { kept.0[size].push(memory.cast(), MOST) }).unwrap_or(false)
        }
        None => false,
    };
    if !is_kept {
        // SAFETY: as the caller promises.
        unsafe { free(memory.cast(), const { layout_of::<T>() }) }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for (size, kept) in self.0.iter().enumerate() {
            while let Some(piece) = kept.pop() {
                // SAFETY: pieces of this size were allocated so.
                unsafe { free(piece, layout_of_size(size)) };
            }
        }
    }
}

/// Where memory for a `T` is kept, if it is.
const fn place_of<T>() -> Option<usize> {
    let size = size_of::<T>().saturating_sub(1) / STEP;
    if size < SIZES && align_of::<T>() <= align_of::<Spare>() { Some(size) } else { None }
}

const fn layout_of<T>() -> Layout {
    match place_of::<T>() {
        Some(size) => layout_of_size(size),
        None => Layout::new::<T>(),
    }
}

const fn layout_of_size(size: usize) -> Layout {
    match Layout::from_size_align((size + 1) * STEP, align_of::<Spare>()) {
        Ok(layout) => layout,
        Err(_) => panic!("a small size and a power of two"),
    }
}

#[cold]
#[inline(never)]
fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: exchanges are never of size 0.
    let memory = NonNull::new(unsafe { alloc(layout) });
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
        let height = || KEPT.with(|kept| kept.0[1].height());
        let taken: Vec<_> = (0..3 * MOST).map(|_| take::<[u64; 16]>()).collect();
        assert_eq!(height(), 0);
        // SAFETY: each is given back once.
        taken.into_iter().for_each(|piece| unsafe { give_back(piece) });
        assert_eq!(height(), MOST);
    }
}
