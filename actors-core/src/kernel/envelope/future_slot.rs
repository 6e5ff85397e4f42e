//! Where the future of the running handler lives: in a buffer that handlers share, one after another.
//!
//! Each thread keeps a few spare buffers, of which an actor borrows one for a turn. A handler that is ready at its first poll, as
//! most are, leaves it to the next one; one that has to wait keeps it until it is ready. So an idle actor holds no buffer,
//! and a handler costs no allocation.
#![allow(unsafe_code, reason = "a future of any type is placed in a raw buffer and its type forgotten")]

use std::alloc::Layout;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use super::buffer::{Turn, allocate, is_usual, release};

/// The future that waits, if one does.
pub(super) struct FutureSlot {
    waiting: Option<Waiting>,
}

struct Waiting {
    future: NonNull<u8>,
    vtable: &'static FutureVtable,
}

struct FutureVtable {
    poll: unsafe fn(NonNull<u8>, &mut Context<'_>) -> Poll<()>,
    drop: unsafe fn(NonNull<u8>),
    layout: Layout,
}

// SAFETY: only futures that are `Send` are put in.
unsafe impl Send for FutureSlot {}

impl FutureSlot {
    pub(super) const fn new() -> Self {
        Self { waiting: None }
    }

    #[inline]
    pub(super) fn is_occupied(&self) -> bool {
        self.waiting.is_some()
    }

    /// Makes a future and polls it; if it is not ready it stays in the slot.
    ///
    /// If making or polling it panics, it is dropped and the slot is empty.
    ///
    /// # Safety
    ///
    /// Whatever the future borrows must stay alive and untouched until it is ready or the slot is cleared.
    #[inline]
    pub(super) unsafe fn run<F>(
        &mut self,
        turn: &mut Turn,
        cx: &mut Context<'_>,
        make: impl FnOnce() -> F,
    ) -> Poll<()>
    where
        F: Future<Output = ()> + Send,
    {
        debug_assert!(self.waiting.is_none(), "an actor runs one handler at a time");
        let usual = const { is_usual(Layout::new::<F>()) };
        let memory = if usual { turn.memory() } else { allocate(Layout::new::<F>()) };
        let place = memory.cast::<F>();
        // SAFETY: the memory is large and aligned enough for an `F`.
        let mut placed = unsafe { Placed::new(place, make) };
        // SAFETY: the future stays where it is until it is dropped in place.
        if unsafe { Pin::new_unchecked(placed.future.as_mut()).poll(cx) }.is_ready() {
            return Poll::Ready(());
        }
        std::mem::forget(placed);
        if usual {
            turn.keep_memory();
        }
        self.waiting = Some(Waiting { future: memory, vtable: const { &FutureVtable::of::<F>() } });
        Poll::Pending
    }

    /// Polls the waiting future. If it panics, it is dropped and the slot is empty.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        struct Clear<'a>(Option<&'a mut FutureSlot>);
        impl Drop for Clear<'_> {
            fn drop(&mut self) {
                if let Some(slot) = self.0.take() {
                    slot.clear();
                }
            }
        }
        let Some(Waiting { future, vtable }) = &self.waiting else { return Poll::Ready(()) };
        let (future, poll) = (*future, vtable.poll);
        let mut clear = Clear(Some(self));
        // SAFETY: the slot holds a future of the vtable's type.
        let poll = unsafe { poll(future, cx) };
        if poll.is_pending() {
            clear.0 = None;
        }
        poll
    }

    /// Drops the waiting future.
    pub(super) fn clear(&mut self) {
        if let Some(Waiting { future, vtable }) = self.waiting.take() {
            let _memory = Memory { start: future, layout: vtable.layout };
            // SAFETY: the slot held a future of the vtable's type, and does not any more.
            unsafe { (vtable.drop)(future) };
        }
    }
}

impl Drop for FutureSlot {
    fn drop(&mut self) {
        self.clear();
    }
}

impl FutureVtable {
    const fn of<F: Future<Output = ()>>() -> Self {
        unsafe fn poll<F: Future<Output = ()>>(future: NonNull<u8>, cx: &mut Context<'_>) -> Poll<()> {
            // SAFETY: the caller holds a pinned `F` there.
            unsafe { Pin::new_unchecked(future.cast::<F>().as_mut()).poll(cx) }
        }
        unsafe fn drop<F>(future: NonNull<u8>) {
            // SAFETY: the caller held an `F` there and gives it up.
            unsafe { future.cast::<F>().drop_in_place() }
        }
        Self { poll: poll::<F>, drop: drop::<F>, layout: Layout::new::<F>() }
    }
}

/// A future in memory that is lent; dropped in place unless forgotten.
struct Placed<F> {
    future: NonNull<F>,
}

impl<F> Placed<F> {
    /// # Safety
    ///
    /// The place can hold an `F` and has no other user; if `F` is too large for a turn's memory, it is a place of its own.
    #[inline]
    unsafe fn new(place: NonNull<F>, make: impl FnOnce() -> F) -> Self {
        struct OnPanic<F>(NonNull<F>);
        impl<F> Drop for OnPanic<F> {
            fn drop(&mut self) {
                // SAFETY: the place's own memory, into which nothing was written.
                unsafe { free_if_own::<F>(self.0) }
            }
        }
        let on_panic = OnPanic(place);
        let future = make();
        std::mem::forget(on_panic);
        // SAFETY: as the caller promises.
        unsafe { place.write(future) };
        Self { future: place }
    }
}

impl<F> Drop for Placed<F> {
    #[inline]
    fn drop(&mut self) {
        struct Free<F>(NonNull<F>);
        impl<F> Drop for Free<F> {
            #[inline]
            fn drop(&mut self) {
                // SAFETY: the future in it was dropped.
                unsafe { free_if_own::<F>(self.0) }
            }
        }
        let _free = Free(self.future);
        // SAFETY: the future was written and not dropped.
        unsafe { self.future.drop_in_place() }
    }
}

/// Frees the memory of a future that is too large for a turn's.
///
/// # Safety
///
/// Nobody uses it any more.
#[inline]
unsafe fn free_if_own<F>(place: NonNull<F>) {
    if const { !is_usual(Layout::new::<F>()) } {
        // SAFETY: it was allocated for an `F`, and the caller promises the rest.
        unsafe { release(place.cast(), Layout::new::<F>()) }
    }
}

/// The memory of a future that has waited; released when dropped, also if the future's own drop panics.
struct Memory {
    start: NonNull<u8>,
    layout: Layout,
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the slot kept it for a future of this layout, which is gone.
        unsafe { release(self.start, self.layout) }
    }
}
