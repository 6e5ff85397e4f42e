//! The one who takes from a mailbox, and what is his alone.
#![allow(unsafe_code, reason = "what lies beside the inbox is reached through the claim on it only")]

use std::ops::Deref;
use std::task::Waker;

use super::claim::Verdict;
use super::ready::{Consumer, Ready, wake_task};
use super::{Home, Inbox, Item, Reader};
use crate::sync::UnsafeCell;
use crate::sync::atomic::{Ordering, fence};

/// What holds an inbox, with the claim on it: the right to take items out. There is one at a time for each inbox.
pub(crate) struct Outlet<'a, H> {
    home: &'a Home<H>,
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

impl<'a, H> Outlet<'a, H> {
    /// For the consumer's task, if it was given the claim. It is woken by this waker, which is always the same, when it is
    /// given it again.
    #[inline]
    pub(crate) fn begin<T: Item>(home: &'a Home<H>, task: &Waker) -> Option<Self>
    where
        H: AsRef<Inbox<T>>,
    {
        let inbox: &Inbox<T> = (**home).as_ref();
        if inbox.consumer.get().is_none() {
            // SAFETY: there is one task.
            unsafe { inbox.consumer.set(task) };
            // Whoever gives it the claim looks for it after that.
            fence(Ordering::SeqCst);
        }
        inbox.claim.begin().then_some(Self { home })
    }

    /// For the task, which goes away before the consumer has ended, if nobody else has the claim. Otherwise whoever has it is
    /// told by [`Release::Abandoned`].
    pub(crate) fn abandon<T: Item>(home: &'a Home<H>) -> Option<Self>
    where
        H: AsRef<Inbox<T>>,
    {
        let inbox: &Inbox<T> = (**home).as_ref();
        inbox.claim.abandon().then_some(Self { home })
    }

    /// For whoever has made the home, before the task begins; to be called once.
    pub(crate) fn first(home: &'a Home<H>) -> Self {
        Self { home }
    }

    /// A consumer whose turn is to come.
    pub(crate) fn into_ready(self) -> Ready
    where
        H: Consumer,
    {
        Ready::of(self)
    }

    pub(crate) fn home(&self) -> &'a Home<H> {
        self.home
    }

    /// # Safety
    ///
    /// The caller has the claim.
    #[inline]
    pub(crate) unsafe fn held(home: &'a Home<H>) -> Self {
        Self { home }
    }

    /// Begins to take items out.
    #[inline]
    pub(crate) fn open<T: Item>(&mut self) -> (&'a Home<H>, Reader<'_, T>)
    where
        H: AsRef<Inbox<T>>,
    {
        (self.home, Reader::of((**self.home).as_ref()))
    }

    /// What is the consumer's alone.
    #[inline]
    pub(crate) fn private<P>(&mut self) -> &mut P
    where
        H: AsRef<Private<P>>,
    {
        let private: &Private<P> = (**self.home).as_ref();
        // SAFETY: there is one outlet, and it is borrowed for as long as this is.
        private.0.with_mut(|private| unsafe { &mut *private })
    }

    /// What is the consumer's alone, and the inbox.
    #[inline]
    pub(crate) fn open_private<T: Item, P>(&mut self) -> (&mut P, &'a Home<H>, Reader<'_, T>)
    where
        H: AsRef<Private<P>> + AsRef<Inbox<T>>,
    {
        let private: &Private<P> = (**self.home).as_ref();
        // SAFETY: there is one outlet, and it is borrowed for as long as this is.
        let private = private.0.with_mut(|private| unsafe { &mut *private });
        (private, self.home, Reader::of((**self.home).as_ref()))
    }
}

/// What became of an outlet whose holder wanted to give the claim back.
#[must_use]
pub(crate) enum Release<'a, H> {
    /// It is somebody else's matter.
    Done,
    /// There is something in the mailbox: the holder keeps the claim, and looks.
    Again(Outlet<'a, H>),
    /// The consumer was woken meanwhile: the holder keeps the claim, and somebody looks.
    Nudged(Outlet<'a, H>),
    /// The consumer's task is gone: the holder keeps the claim, and ends the consumer.
    Abandoned(Outlet<'a, H>),
}

impl<'a, H> Outlet<'a, H> {
    /// Nothing is left to do until something is queued; for a suspended consumer, until that is something of the system.
    #[inline]
    pub(crate) fn rest<T: Item>(self, is_suspended: bool) -> Release<'a, H>
    where
        H: AsRef<Inbox<T>>,
    {
        let inbox = self.inbox();
        let verdict =
            inbox.claim.rest(|| if is_suspended { inbox.has_system_news() } else { inbox.has_news() });
        self.released(verdict)
    }

    /// Nothing is left to do until the consumer is woken.
    #[inline]
    pub(crate) fn wait<T: Item>(self) -> Release<'a, H>
    where
        H: AsRef<Inbox<T>>,
    {
        let verdict = self.inbox().claim.wait();
        self.released(verdict)
    }

    /// The holder keeps the claim, and looks again as it was told to.
    pub(crate) fn keep<T: Item>(self) -> Release<'a, H>
    where
        H: AsRef<Inbox<T>>,
    {
        let verdict = self.inbox().claim.keep();
        self.released(verdict)
    }

    /// The task is to go on.
    pub(crate) fn hand_to_task(self) -> Release<'a, H>
    where
        H: Consumer,
    {
        let verdict = self.inbox().claim.hand_to_task();
        if verdict == Verdict::Done {
            wake_task(self.home);
        }
        self.released(verdict)
    }

    /// The consumer has ended; its task, if it has one, ends too.
    pub(crate) fn finish<T: Item>(self)
    where
        H: AsRef<Inbox<T>>,
    {
        let inbox = self.inbox();
        // A task that is made later, because somebody was about to, finds that it has ended.
        if inbox.claim.hand_to_task() == Verdict::Done && inbox.has_task() {
            inbox.wake_task();
        }
    }

    #[inline]
    fn released(self, verdict: Verdict) -> Release<'a, H> {
        match verdict {
            Verdict::Done => Release::Done,
            Verdict::Again => Release::Again(self),
            Verdict::Nudged => Release::Nudged(self),
            Verdict::Abandoned => Release::Abandoned(self),
        }
    }

    #[inline]
    fn inbox<T: Item>(&self) -> &'a Inbox<T>
    where
        H: AsRef<Inbox<T>>,
    {
        (**self.home).as_ref()
    }
}

impl<H> Deref for Outlet<'_, H> {
    type Target = Home<H>;

    #[inline]
    fn deref(&self) -> &Home<H> {
        self.home
    }
}
