//! The memory in which handlers run.
#![allow(unsafe_code, reason = "raw memory for futures of any type")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use crate::mailbox::Spares;

/// Bytes of the buffers that are kept. Futures that need more get memory of their own and leave nothing behind.
pub(super) const USUAL: Layout = match Layout::from_size_align(4096, 16) {
    Ok(layout) => layout,
    Err(_) => panic!("16 is a power of two"),
};

/// Buffers that a thread keeps: an allocator takes a lock for memory of that size, over which threads meet when handlers often
/// have to wait.
const MOST_SPARES: usize = 32;

thread_local! {
    /// The buffers that no actor of this thread uses at the moment.
    static SPARES: Kept = const { Kept(Spares::new()) };
}

/// Buffers, which go with the thread.
struct Kept(Spares);

impl Drop for Kept {
    fn drop(&mut self) {
        while let Some(buffer) = self.0.pop() {
            drop(Buffer(buffer));
        }
    }
}

/// Memory of the usual size, with no user.
pub(super) struct Buffer(NonNull<u8>);

impl Buffer {
    /// One of the thread's spare ones, or a new one.
    fn take() -> Self {
        // While the thread goes down there are no spares any more.
        Self(SPARES.try_with(|kept| kept.0.pop()).ok().flatten().unwrap_or_else(|| allocate(USUAL)))
    }

    /// Keeps it for this thread's next user.
    fn give_back(self) {
        // SAFETY: a buffer is large and aligned enough, and nobody uses this one.
        if SPARES.try_with(|kept| unsafe { kept.0.push(self.0, MOST_SPARES) }).unwrap_or(false) {
            self.into_raw();
        }
    }

    fn into_raw(self) -> NonNull<u8> {
        let start = self.0;
        std::mem::forget(self);
        start
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: buffers have the usual layout, and nobody uses this one.
        unsafe { dealloc(self.0.as_ptr(), USUAL) }
    }
}

/// The buffer of one turn of an actor: its handlers use it one after another. One that has to wait keeps it.
#[derive(Default)]
pub(crate) struct Turn {
    buffer: Option<Buffer>,
}

impl Turn {
    /// A turn that is about to run handlers.
    #[inline]
    pub(crate) fn begin() -> Self {
        Self { buffer: Some(Buffer::take()) }
    }

    /// Memory of the usual size; it stays the turn's unless it is [kept](Self::keep_memory).
    #[inline]
    pub(super) fn memory(&mut self) -> NonNull<u8> {
        match &self.buffer {
            Some(buffer) => buffer.0,
            None => self.provide(),
        }
    }

    #[cold]
    #[inline(never)]
    fn provide(&mut self) -> NonNull<u8> {
        self.buffer.insert(Buffer::take()).0
    }

    /// The memory that was lent has found a user that stays longer than the turn.
    pub(super) fn keep_memory(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            buffer.into_raw();
        }
    }
}

impl Drop for Turn {
    #[inline]
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            buffer.give_back();
        }
    }
}

/// Memory for one large future.
#[cold]
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: the layout is not of size 0: it is the usual one or a larger one.
    let start = NonNull::new(unsafe { alloc(layout) });
    start.unwrap_or_else(|| handle_alloc_error(layout))
}

/// Whether a buffer of the usual size can hold this.
pub(super) const fn is_usual(layout: Layout) -> bool {
    layout.size() <= USUAL.size() && layout.align() <= USUAL.align()
}

/// Gives memory back that held something of this layout.
///
/// # Safety
///
/// It came from a turn if the layout is a usual one and from [`allocate`] otherwise, and is used no more.
pub(super) unsafe fn release(start: NonNull<u8>, layout: Layout) {
    if is_usual(layout) {
        Buffer(start).give_back();
    } else {
        // SAFETY: as the caller promises.
        unsafe { dealloc(start.as_ptr(), layout) }
    }
}
