//! The memory of cells, of exchanges and of blocks. A thread keeps some of what was freed last, for the next ones: an ask that is answered
//! at once takes the memory that the one before it has left, in fewer steps than any allocator for all sizes can. What goes
//! from thread to thread comes back by way of a depot.
#![allow(unsafe_code, reason = "raw memory of any size")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use super::depot::{Depot, MAGAZINE, Magazines};
use super::spares::Spare;

/// Sizes that are kept are multiples of this.
const STEP: usize = 64;

/// How many sizes are kept, each with what fits in no smaller one.
const SIZES: usize = 16;

/// Bytes of each size that threads leave for one another.
const MOST_BETWEEN: usize = 1 << 20;

/// What threads leave for one another.
static BETWEEN: [Depot; SIZES] = [const { Depot::new() }; SIZES];

thread_local! {
    /// What this thread keeps.
    static KEPT: Kept = const { Kept([const { Magazines::new() }; SIZES]) };
}

/// Some pieces of each size.
struct Kept([Magazines; SIZES]);

/// Memory of this layout, which is not empty.
#[inline(always)]
pub(super) fn take(layout: Layout) -> NonNull<u8> {
    let kept = match place_of(layout) {
        // While the thread goes down nothing is kept any more.
        Some(size) => KEPT.try_with(|kept| kept.0[size].pop(&BETWEEN[size])).ok().flatten(),
        None => None,
    };
    kept.unwrap_or_else(|| allocate(rounded(layout)))
}

/// Gives memory back.
///
/// # Safety
///
/// It was [taken](take) for this layout, and nobody uses it any more.
#[inline(always)]
pub(super) unsafe fn give_back(memory: NonNull<u8>, layout: Layout) {
    let is_kept = match place_of(layout) {
        // SAFETY: it is as large as all of that size are, and free.
        Some(size) => KEPT.try_with(|kept| unsafe { keep(&kept.0[size], size, memory) }).is_ok(),
        None => false,
    };
    if !is_kept {
        // SAFETY: as the caller promises.
        unsafe { free(memory, rounded(layout)) }
    }
}

/// # Safety
///
/// The memory is of this size, and nobody uses it.
#[inline(always)]
unsafe fn keep(kept: &Magazines, size: usize, memory: NonNull<u8>) {
    // SAFETY: as the caller promises; in the end there is room for it.
    while unsafe { !kept.push(memory) } {
        make_room(kept, size);
    }
}

#[cold]
#[inline(never)]
fn make_room(kept: &Magazines, size: usize) {
    let too_many = kept.make_room(&BETWEEN[size], MOST_BETWEEN / (MAGAZINE * layout_of_size(size).size()));
    while let Some(piece) = too_many.pop() {
        // SAFETY: pieces of this size were allocated so, and nobody has this one.
        unsafe { free(piece, layout_of_size(size)) };
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for (size, kept) in self.0.iter().enumerate() {
            while let Some(piece) = kept.pop_own() {
                // SAFETY: pieces of this size were allocated so.
                unsafe { free(piece, layout_of_size(size)) };
            }
        }
    }
}

/// Where memory of this layout is kept, if it is.
#[inline(always)]
const fn place_of(layout: Layout) -> Option<usize> {
    let size = layout.size().saturating_sub(1) / STEP;
    if size < SIZES && layout.align() <= align_of::<Spare>() { Some(size) } else { None }
}

#[inline(always)]
const fn rounded(layout: Layout) -> Layout {
    match place_of(layout) {
        Some(size) => layout_of_size(size),
        None => layout,
    }
}

const fn layout_of_size(size: usize) -> Layout {
    match Layout::from_size_align((size + 1) * STEP, align_of::<Spare>()) {
        Ok(layout) => layout,
        Err(_) => panic!("a small size and a power of two"),
    }
}

/// Memory from the allocator. The layout is not empty.
#[inline(never)]
fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: as the caller knows.
    let memory = NonNull::new(unsafe { alloc(layout) });
    memory.unwrap_or_else(|| handle_alloc_error(layout))
}

/// # Safety
///
/// It was [allocated](allocate) with this layout, and nobody uses it any more.
#[inline(never)]
unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: as the caller promises.
    unsafe { dealloc(memory.as_ptr(), layout) }
}

#[cfg(all(test, not(actors_loom)))]
mod tests {
    use super::*;

    const fn bytes(size: usize) -> Layout {
        match Layout::from_size_align(size, 8) {
            Ok(layout) => layout,
            Err(_) => panic!("8 is a power of two"),
        }
    }

    fn give_back_all(memory: impl IntoIterator<Item = NonNull<u8>>, layout: Layout) {
        // SAFETY: each was taken for it, and is given back once.
        memory.into_iter().for_each(|piece| unsafe { give_back(piece, layout) });
    }

    #[test]
    fn what_was_given_back_last_is_taken_first_by_what_fits() {
        let (first, second) = (take(bytes(72)), take(bytes(72)));
        give_back_all([first, second], bytes(72));
        let smaller = take(bytes(64));
        assert_ne!(smaller.addr(), second.addr(), "it is kept elsewhere");
        assert_eq!(take(bytes(128)).addr(), second.addr());
        assert_eq!(take(bytes(80)).addr(), first.addr());
        let aligned = Layout::from_size_align(128, 64).unwrap();
        let apart = take(aligned);
        assert_eq!(apart.addr().get() % 64, 0);
        give_back_all([smaller], bytes(64));
        give_back_all([apart], aligned);
        give_back_all([second, first], bytes(128));
    }

    #[test]
    fn a_thread_keeps_no_more_than_a_few() {
        let layout = bytes(3 * STEP);
        let height = || KEPT.with(|kept| kept.0[place_of(layout).unwrap()].height());
        let taken: Vec<_> = (0..5 * MAGAZINE).map(|_| take(layout)).collect();
        assert_eq!(height(), 0);
        give_back_all(taken, layout);
        assert_eq!(height(), 2 * MAGAZINE, "the others are where all threads find them");
    }

    #[test]
    fn what_one_thread_gives_back_another_one_takes() {
        let layout = bytes(5 * STEP);
        let pieces = || (0..8 * MAGAZINE).map(|_| take(layout).as_ptr() as usize).collect::<Vec<_>>();
        let give_back_all = |pieces: &[usize]| {
            give_back_all(pieces.iter().map(|&piece| NonNull::new(piece as *mut u8).unwrap()), layout);
        };
        let given = pieces();
        std::thread::scope(|scope| {
            scope.spawn(|| give_back_all(&given));
        });
        let taken = pieces();
        let again = taken.iter().filter(|&piece| given.contains(piece)).count();
        assert!(again >= 6 * MAGAZINE, "{again}: all but what the other thread has kept");
        give_back_all(&taken);
    }

    #[test]
    fn threads_leave_no_more_for_one_another_than_a_few() {
        let layout = bytes(16 * STEP);
        let between = &BETWEEN[place_of(layout).unwrap()];
        let most = MOST_BETWEEN / (16 * STEP) / MAGAZINE;
        let taken: Vec<_> = (0..2 * MOST_BETWEEN / (16 * STEP)).map(|_| take(layout)).collect();
        give_back_all(taken, layout);
        assert!(between.height() <= most, "{}", between.height());
        assert!(between.height() > 0);
    }
}
