//! What an envelope holds, in words, for whoever looks at an actor from outside.
#![allow(unsafe_code, reason = "a pointer to something static is kept in an atomic")]

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The name of a type of message. Computed when read: each table of an envelope has one.
pub(crate) struct Label(pub(super) fn() -> &'static str);

/// The label that was set last.
pub(crate) struct LastLabel(AtomicPtr<Label>);

impl LastLabel {
    pub(crate) const fn none() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// One plain store.
    #[inline]
    pub(crate) fn set(&self, label: &'static Label) {
        self.0.store(ptr::from_ref(label).cast_mut(), Ordering::Relaxed);
    }

    pub(crate) fn name(&self) -> Option<&'static str> {
        // SAFETY: null, or one of the labels that were set, which are never written and live for ever.
        let label: Option<&'static Label> = unsafe { self.0.load(Ordering::Relaxed).as_ref() };
        label.map(|label| (label.0)())
    }
}
