//! Values that are set once, in as few bytes as they can be: every actor has some of them, and most are never set.
#![allow(unsafe_code, reason = "the standard library's cells take a word more each, and a call to be set")]

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr;
use std::task::{RawWakerVTable, Waker};

use crate::sync::UnsafeCell;
use crate::sync::atomic::{AtomicPtr, Ordering};

/// A box that is made when first needed.
pub(crate) struct OnceBox<T> {
    /// Null, or from a box that is owned.
    place: AtomicPtr<T>,
    content: PhantomData<Box<T>>,
}

// SAFETY: it lends shared references to any thread, and the last thread to have it drops the content.
unsafe impl<T: Send + Sync> Sync for OnceBox<T> {}

impl<T> OnceBox<T> {
    pub(crate) fn new() -> Self {
        Self::holding(ptr::null_mut())
    }

    fn holding(place: *mut T) -> Self {
        Self { place: AtomicPtr::new(place), content: PhantomData }
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        // SAFETY: it comes from a box, is never taken away while `self` is borrowed, and was filled before it was stored.
        unsafe { self.place.load(Ordering::Acquire).as_ref() }
    }

    /// The content, which is made if there is none. When several make one at once, the first one stays.
    #[inline]
    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        match self.get() {
            Some(content) => content,
            None => self.set(Box::new(make())),
        }
    }

    #[cold]
    fn set(&self, made: Box<T>) -> &T {
        let made = Box::into_raw(made);
        let set = self.place.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire);
        // SAFETY: as in `get`; what came too late was never shared and is owned still.
        unsafe {
            match set {
                Ok(_) => &*made,
                Err(first) => {
                    drop(Box::from_raw(made));
                    &*first
                }
            }
        }
    }
}

impl<T> From<T> for OnceBox<T> {
    fn from(content: T) -> Self {
        Self::holding(Box::into_raw(Box::new(content)))
    }
}

impl<T> Drop for OnceBox<T> {
    // A look where it is dropped: most are empty.
    #[inline(always)]
    fn drop(&mut self) {
        let place = self.place.load(Ordering::Acquire);
        if !place.is_null() {
            // SAFETY: it came from a box, and nobody borrows it any more.
            unsafe { drop_content(place) }
        }
    }
}

/// # Safety
///
/// It came from a box that nobody uses.
#[inline(never)]
unsafe fn drop_content<T>(place: *mut T) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(place) });
}

/// A waker that one thread at a time may set, and any may use.
pub(super) struct OnceWaker {
    /// Written before the table is.
    data: UnsafeCell<*const ()>,
    /// Null until the waker is set.
    table: AtomicPtr<RawWakerVTable>,
}

// SAFETY: wakers may be used by any thread, and the data is written once, before anybody reads it.
unsafe impl Send for OnceWaker {}
// SAFETY: as above.
unsafe impl Sync for OnceWaker {}

impl OnceWaker {
    pub(super) fn new() -> Self {
        Self { data: UnsafeCell::new(ptr::null()), table: AtomicPtr::new(ptr::null_mut()) }
    }

    #[inline]
    pub(super) fn get(&self) -> Option<ManuallyDrop<Waker>> {
        // SAFETY: null, or a table that lives for ever and is never written.
        let table: &'static RawWakerVTable =
            unsafe { self.table.load(Ordering::Acquire).cast_const().as_ref() }?;
        // SAFETY: it was written before the table was, and is never written again.
        let data = self.data.with(|data| unsafe { *data });
        // SAFETY: both are of the waker that was set, which is there until `self` goes, and is not dropped here.
        Some(ManuallyDrop::new(unsafe { Waker::new(data, table) }))
    }

    /// Sets it unless it is set.
    ///
    /// # Safety
    ///
    /// Only one thread at a time may call this.
    #[inline]
    pub(super) unsafe fn set(&self, waker: &Waker) {
        if let Some(known) = self.get() {
            debug_assert!(known.will_wake(waker), "a mailbox is consumed by one task");
            return;
        }
        let waker = ManuallyDrop::new(waker.clone());
        // SAFETY: nobody else writes, and nobody reads before the table is there.
        self.data.with_mut(|data| unsafe { *data = waker.data() });
        self.table.store(ptr::from_ref(waker.vtable()).cast_mut(), Ordering::Release);
    }
}

impl Drop for OnceWaker {
    #[inline]
    fn drop(&mut self) {
        self.get().map(ManuallyDrop::into_inner);
    }
}
