//! Where the future of the running handler lives: in a buffer that handlers share, one after another.
//!
//! Each thread keeps one spare buffer. A handler that is ready at its first poll, as most are, gives it back at once; one
//! that has to wait keeps it until it is ready. So an idle actor holds no buffer, and a handler costs no allocation.
#![allow(unsafe_code, reason = "a future of any type is placed in a raw buffer and its type forgotten")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// The future that waits, if one does.
pub(super) struct FutureSlot {
    waiting: Option<Waiting>,
}

struct Waiting {
    buffer: Buffer,
    vtable: &'static FutureVtable,
}

struct FutureVtable {
    poll: unsafe fn(NonNull<u8>, &mut Context<'_>) -> Poll<()>,
    drop: unsafe fn(NonNull<u8>),
}

// SAFETY: only futures that are `Send` are put in.
unsafe impl Send for FutureSlot {}

impl FutureSlot {
    pub(super) const fn new() -> Self {
        Self { waiting: None }
    }

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
    pub(super) unsafe fn run<F>(&mut self, cx: &mut Context<'_>, make: impl FnOnce() -> F) -> Poll<()>
    where
        F: Future<Output = ()> + Send,
    {
        debug_assert!(self.waiting.is_none(), "an actor runs one handler at a time");
        let buffer = Buffer::holding(Layout::new::<F>());
        let future = buffer.start.cast::<F>();
        // SAFETY: the buffer is large and aligned enough for an `F`.
        unsafe { future.write(make()) };
        let mut placed = Placed { future, buffer: Some(buffer) };
        // SAFETY: the future stays where it is until it is dropped in place.
        let poll = unsafe { Pin::new_unchecked(placed.future.as_mut()).poll(cx) };
        if poll.is_pending()
            && let Some(buffer) = placed.buffer.take()
        {
            self.waiting = Some(Waiting { buffer, vtable: const { &FutureVtable::of::<F>() } });
        }
        poll
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
        let Some(Waiting { buffer, vtable }) = &self.waiting else { return Poll::Ready(()) };
        let (start, poll) = (buffer.start, vtable.poll);
        let mut clear = Clear(Some(self));
        // SAFETY: the slot holds a future of the vtable's type.
        let poll = unsafe { poll(start, cx) };
        if poll.is_pending() {
            clear.0 = None;
        }
        poll
    }

    /// Drops the waiting future.
    pub(super) fn clear(&mut self) {
        if let Some(Waiting { buffer, vtable }) = self.waiting.take() {
            // SAFETY: the slot held a future of the vtable's type, and does not any more.
            unsafe { (vtable.drop)(buffer.start) };
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
        Self { poll: poll::<F>, drop: drop::<F> }
    }
}

/// A future in a buffer; dropped in place unless its buffer was taken over.
struct Placed<F> {
    future: NonNull<F>,
    buffer: Option<Buffer>,
}

impl<F> Drop for Placed<F> {
    fn drop(&mut self) {
        if self.buffer.is_some() {
            // SAFETY: the future was written and not dropped; the buffer goes after it.
            unsafe { self.future.drop_in_place() }
        }
    }
}

/// Raw memory; given back to the thread, if it is of the usual size, when dropped.
struct Buffer {
    start: NonNull<u8>,
    layout: Layout,
}

/// Bytes of the buffers that are kept. Futures that need more get memory of their own and leave nothing behind.
const USUAL: Layout = match Layout::from_size_align(4096, 16) {
    Ok(layout) => layout,
    Err(_) => panic!("16 is a power of two"),
};

thread_local! {
    /// The buffer that no handler of this thread uses at the moment.
    static SPARE: Cell<Option<Spare>> = const { Cell::new(None) };
}

struct Spare(NonNull<u8>);

impl Drop for Spare {
    fn drop(&mut self) {
        // SAFETY: spare buffers have the usual layout and no user.
        unsafe { dealloc(self.0.as_ptr(), USUAL) }
    }
}

impl Buffer {
    #[inline]
    fn holding(layout: Layout) -> Self {
        if layout.size() > USUAL.size() || layout.align() > USUAL.align() {
            return Self::allocate(layout);
        }
        // While the thread goes down there is no spare any more.
        match SPARE.try_with(Cell::take) {
            Ok(Some(spare)) => {
                let start = spare.0;
                std::mem::forget(spare);
                Self { start, layout: USUAL }
            }
            _ => Self::allocate(USUAL),
        }
    }

    #[cold]
    fn allocate(layout: Layout) -> Self {
        // SAFETY: the layout is not of size 0: it is the usual one or a larger one.
        let start = NonNull::new(unsafe { alloc(layout) });
        Self { start: start.unwrap_or_else(|| handle_alloc_error(layout)), layout }
    }
}

impl Drop for Buffer {
    #[inline]
    fn drop(&mut self) {
        if self.layout == USUAL {
            let spare = Spare(self.start);
            // The one that was spare meanwhile, if any, goes.
            drop(SPARE.try_with(|place| place.replace(Some(spare))));
        } else {
            // SAFETY: allocated with this layout, and no longer used.
            unsafe { dealloc(self.start.as_ptr(), self.layout) }
        }
    }
}
