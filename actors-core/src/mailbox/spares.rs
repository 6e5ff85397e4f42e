//! Pieces of memory that nobody uses at the moment, as a stack that runs through the pieces themselves.
#![allow(unsafe_code, reason = "raw memory is written while nobody uses it")]

use std::cell::Cell;
use std::ptr::{self, NonNull};

/// Pieces that one thread keeps. Whoever owns the stack knows their layout, and frees what is left.
pub(crate) struct Spares(Cell<*mut Spare>);

/// The beginning of a piece. None may be smaller.
pub(crate) struct Spare {
    below: *mut Spare,
    /// The stack beside this one, where stacks lie beside each other. Only a stack's uppermost piece has one.
    pub(super) beside: *mut Spare,
    /// How many there are from here on.
    height: usize,
}

impl Spares {
    pub(crate) const fn new() -> Self {
        Self(Cell::new(ptr::null_mut()))
    }

    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let top = NonNull::new(self.0.get())?;
        // SAFETY: what is kept is alive, and this stack's.
        self.0.set(unsafe { top.as_ref() }.below);
        Some(top.cast())
    }

    /// Keeps a piece; false if there are as many as may be.
    ///
    /// # Safety
    ///
    /// The memory is as large and aligned as a [`Spare`] at least, and nobody uses it.
    #[inline(always)]
    pub(crate) unsafe fn push(&self, memory: NonNull<u8>, most: usize) -> bool {
        let below = self.0.get();
        let height = self.height() + 1;
        if height > most {
            return false;
        }
        let spare = memory.cast();
        // SAFETY: as the caller promises.
        unsafe { spare.write(Spare { below, beside: ptr::null_mut(), height }) };
        self.0.set(spare.as_ptr());
        true
    }

    /// Another stack instead of this one.
    pub(super) fn replace(&self, top: *mut Spare) -> *mut Spare {
        self.0.replace(top)
    }

    /// How many there are.
    #[inline(always)]
    pub(crate) fn height(&self) -> usize {
        // SAFETY: null, or as in `pop`.
        unsafe { self.0.get().as_ref() }.map_or(0, |top| top.height)
    }
}
