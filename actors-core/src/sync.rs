//! Atomics and cells: the standard library's, or loom's in model tests.

#[cfg(not(actors_loom))]
pub(crate) use std::sync::atomic;

#[cfg(actors_loom)]
pub(crate) use loom::sync::atomic;

/// A cell whose accesses loom can check.
#[cfg(not(actors_loom))]
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(actors_loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline(always)]
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}

#[cfg(actors_loom)]
pub(crate) use loom::cell::UnsafeCell;

/// Stands between two sequentially consistent accesses, which have one order anyway. loom knows that order of fences alone.
#[cfg(not(actors_loom))]
#[inline(always)]
pub(crate) fn keep_order() {}

#[cfg(actors_loom)]
pub(crate) fn keep_order() {
    atomic::fence(atomic::Ordering::SeqCst);
}

/// Gives way to a thread that is between two steps of a short protocol.
#[cfg(not(actors_loom))]
pub(crate) fn relax(attempt: &mut u32) {
    // A few spins cover the usual case, a store that is about to come; a thread that lost its processor needs ours.
    if *attempt < 6 {
        for _ in 0..1 << *attempt {
            std::hint::spin_loop();
        }
        *attempt += 1;
    } else {
        std::thread::yield_now();
    }
}

#[cfg(actors_loom)]
pub(crate) fn relax(_: &mut u32) {
    loom::thread::yield_now();
}

/// A mutex that cannot be poisoned: what it guards is never left half changed by a panic.
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(mutex::Mutex<T>);

#[cfg(not(actors_loom))]
use std::sync as mutex;

#[cfg(actors_loom)]
use loom::sync as mutex;

pub(crate) type LockGuard<'a, T> = mutex::MutexGuard<'a, T>;

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(mutex::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> LockGuard<'_, T> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
