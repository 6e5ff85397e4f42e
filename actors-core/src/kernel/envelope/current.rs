//! Which actor a thread runs.
#![allow(
    unsafe_code,
    reason = "a borrowed cell is found through a thread's own pointer while it is borrowed"
)]

use std::cell::Cell as Place;
use std::ptr::NonNull;

use crate::kernel::any_cell::AnyCell;
use crate::mailbox::{Home, Upcast};

thread_local! {
    /// The cell of the actor whose life this thread polls. Borrowed by a call of `as_current` that has not returned.
    static CURRENT: Place<Option<NonNull<Home<dyn AnyCell>>>> = const { Place::new(None) };
}

/// Runs part of an actor's life; asks made in it are its.
#[inline]
pub(crate) fn as_current<T>(me: &Home<impl Upcast<dyn AnyCell>>, run: impl FnOnce() -> T) -> T {
    let me = me.lend();
    let _restore = Restore(CURRENT.replace(Some(NonNull::from(&*me))));
    run()
}

/// Runs something in nobody's name, though an actor may run around it.
pub(crate) fn as_nobody<T>(run: impl FnOnce() -> T) -> T {
    let _restore = Restore(CURRENT.replace(None));
    run()
}

/// Whom to name again.
struct Restore(Option<NonNull<Home<dyn AnyCell>>>);

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
pub(crate) fn current() -> Option<Home<dyn AnyCell>> {
    // SAFETY: `as_current` has it until it takes the pointer away.
    CURRENT.get().map(|me| unsafe { me.as_ref() }.clone())
}
