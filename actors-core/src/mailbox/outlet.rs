//! The one who takes from a mailbox, and what is his alone.
#![allow(unsafe_code, reason = "what lies beside the inbox is reached through its one outlet only")]

use std::ops::Deref;
use std::sync::Arc;

use super::{Inbox, Item, Reader};
use crate::sync::UnsafeCell;

/// What holds an inbox, with the right to take items out of it. There is one for each inbox.
///
/// One word for both, because each actor has one.
pub(crate) struct Outlet<H> {
    home: Arc<H>,
}

/// Something beside an inbox that belongs to whoever has the outlet.
pub(crate) struct Private<P>(UnsafeCell<P>);

// SAFETY: only the outlet leads to what is inside, and lends it to one thread at a time.
unsafe impl<P: Send> Sync for Private<P> {}

impl<P> Private<P> {
    pub(crate) fn new(private: P) -> Self {
        Self(UnsafeCell::new(private))
    }
}

impl<H> Outlet<H> {
    /// The outlet; to be made once for each home, which gives the same inbox and the same private part each time.
    pub(crate) fn new(home: Arc<H>) -> Self {
        Self { home }
    }

    /// Begins to take items out.
    #[inline]
    pub(crate) fn open<T: Item>(&mut self) -> (&Arc<H>, Reader<'_, T>)
    where
        H: AsRef<Inbox<T>>,
    {
        (&self.home, Reader::of((*self.home).as_ref()))
    }

    /// What is the consumer's alone.
    #[inline]
    pub(crate) fn private<P>(&mut self) -> &mut P
    where
        H: AsRef<Private<P>>,
    {
        let private: &Private<P> = (*self.home).as_ref();
        // SAFETY: there is one outlet, and it is borrowed for as long as this is.
        private.0.with_mut(|private| unsafe { &mut *private })
    }
}

impl<H> Deref for Outlet<H> {
    type Target = Arc<H>;

    #[inline]
    fn deref(&self) -> &Arc<H> {
        &self.home
    }
}
