//! Which actor a thread runs.
#![allow(
    unsafe_code,
    reason = "a borrowed cell is found through a thread's own pointer while it is borrowed"
)]

use std::cell::Cell as Place;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::kernel::cell::AnyCell;

thread_local! {
    /// The cell of the actor whose life this thread polls. Borrowed by a call of `as_current` that has not returned.
    static CURRENT: Place<Option<NonNull<dyn AnyCell>>> = const { Place::new(None) };
}

/// Runs part of an actor's life; asks made in it are its.
#[inline]
pub(crate) fn as_current<T>(me: &Arc<impl AnyCell>, run: impl FnOnce() -> T) -> T {
    // From the `Arc` itself: `current` makes another one of it.
    let me = Arc::as_ptr(me) as *const dyn AnyCell;
    let _restore = Restore(CURRENT.replace(NonNull::new(me.cast_mut())));
    run()
}

/// Runs something in nobody's name, though an actor may run around it.
pub(crate) fn as_nobody<T>(run: impl FnOnce() -> T) -> T {
    let _restore = Restore(CURRENT.replace(None));
    run()
}

/// Whom to name again.
struct Restore(Option<NonNull<dyn AnyCell>>);

impl Drop for Restore {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Whether this thread runs an actor.
#[inline(always)]
pub(crate) fn is_inside_actor() -> bool {
    CURRENT.get().is_some()
}

/// The actor whose handler this thread runs.
pub(crate) fn current() -> Option<Arc<dyn AnyCell>> {
    let me = CURRENT.get()?.as_ptr().cast_const();
    // SAFETY: the pointer came from an `Arc` that `as_current` borrows until it takes the pointer away.
    unsafe {
        Arc::increment_strong_count(me);
        Some(Arc::from_raw(me))
    }
}
