//! A consumer whose turn is to come.
#![allow(unsafe_code, reason = "whoever has one of these has the claim")]

use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::{Inbox, Item, Outlet, Release};

/// What holds an inbox and takes items out of it, a turn at a time.
///
/// # Safety
///
/// There is none outside of an `Arc`.
pub(crate) unsafe trait Consumer: AsRef<Inbox<Self::Item>> + Send + Sync + 'static {
    type Item: Item;

    /// Takes a turn; the outlet comes back if another one is to follow at once.
    fn take_turn(outlet: Outlet<'_, Self>) -> Option<Outlet<'_, Self>>
    where
        Self: Sized;

    /// Ends before its time: its task is gone.
    fn end(outlet: Outlet<'_, Self>)
    where
        Self: Sized;

    /// Makes the task, which begins by itself.
    fn make_task(self: Arc<Self>);
}

/// A consumer with the claim on its mailbox, of whatever type, or one that is about to begin. Dropped unused, it leaves the turn to
/// the consumer's task.
pub(crate) struct Ready(ManuallyDrop<Arc<dyn AnyConsumer>>);

/// A consumer that is about to begin: the claim is its task's, which need not exist, and is to be taken.
#[repr(transparent)]
struct Newborn<H>(H);

impl Ready {
    pub(super) fn of<H: Consumer>(outlet: Outlet<'_, H>) -> Self {
        Self::new(outlet.home().clone())
    }

    /// One that has just been made, in place of its task.
    pub(crate) fn newborn<H: Consumer>(home: &Arc<H>) -> Self {
        // SAFETY: they are the same in memory.
        Self::new(unsafe { Arc::from_raw(Arc::into_raw(home.clone()).cast::<Newborn<H>>()) })
    }

    /// Takes the claim if nobody has it and the mailbox rests; for producers, after a push.
    #[inline]
    pub(crate) fn call<H: Consumer>(home: &Arc<H>) -> Option<Self> {
        inbox_of(&**home).claim.call().then(|| Self::new(home.clone()))
    }

    /// As [`call`](Self::call), also of one that is about to begin and has no task.
    #[inline]
    pub(crate) fn take<H: Consumer>(home: &Arc<H>) -> Option<Self> {
        let inbox = inbox_of(&**home);
        let is_taken = inbox.claim.call() || !inbox.has_task() && inbox.claim.begin();
        is_taken.then(|| Self::new(home.clone()))
    }

    /// Takes the claim if nobody has it, or leaves word with whoever has.
    #[inline]
    pub(crate) fn wake<H: Consumer>(home: &Arc<H>) -> Option<Self> {
        inbox_of(&**home).claim.wake().then(|| Self::new(home.clone()))
    }

    #[inline]
    fn new(consumer: Arc<dyn AnyConsumer>) -> Self {
        Self(ManuallyDrop::new(consumer))
    }

    /// Takes a turn; there is another one to follow if it comes back.
    #[inline]
    pub(crate) fn take_turn(self) -> Option<Self> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is used up, and its claim with it.
        unsafe { ManuallyDrop::take(&mut this.0).take_turn() }
    }

    /// Leaves the turn to the consumer's task.
    pub(crate) fn hand_to_task(self) {
        drop(self);
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        // SAFETY: nobody uses it after this.
        unsafe { ManuallyDrop::take(&mut self.0).hand_to_task() }
    }
}

/// For each function the caller has what a [`Ready`] stands for, which is used up.
trait AnyConsumer: Send + Sync {
    unsafe fn take_turn(self: Arc<Self>) -> Option<Ready>;

    unsafe fn hand_to_task(self: Arc<Self>);
}

impl<H: Consumer> AnyConsumer for H {
    #[inline]
    unsafe fn take_turn(self: Arc<Self>) -> Option<Ready> {
        // SAFETY: the caller has the claim.
        let goes_on = H::take_turn(unsafe { Outlet::held(&self) }).is_some();
        // With the claim of the outlet that came back.
        goes_on.then(|| Ready::new(self))
    }

    unsafe fn hand_to_task(self: Arc<Self>) {
        // SAFETY: the caller has the claim.
        if let Release::Abandoned(outlet) = unsafe { Outlet::held(&self) }.hand_to_task() {
            H::end(outlet);
        }
    }
}

impl<H: Consumer> Newborn<H> {
    fn grow_up(self: Arc<Self>) -> Arc<H> {
        // SAFETY: they are the same in memory, and it was made of one.
        unsafe { Arc::from_raw(Arc::into_raw(self).cast()) }
    }
}

impl<H: Consumer> AnyConsumer for Newborn<H> {
    unsafe fn take_turn(self: Arc<Self>) -> Option<Ready> {
        let consumer = self.grow_up();
        // SAFETY: the claim was just taken, unless somebody else was faster.
        if inbox_of(&*consumer).claim.begin() { unsafe { consumer.take_turn() } } else { None }
    }

    unsafe fn hand_to_task(self: Arc<Self>) {
        wake_task(&self.grow_up());
    }
}

/// Wakes the task, which was given the claim, or makes it.
pub(super) fn wake_task<H: Consumer>(home: &Arc<H>) {
    let inbox = inbox_of(&**home);
    if inbox.engage_task() {
        home.clone().make_task();
    } else {
        inbox.wake_task();
    }
}

/// Another count of it.
pub(crate) fn arc_of<H: Consumer>(home: &H) -> Arc<H> {
    let home: *const H = home;
    // SAFETY: it lies in an `Arc`, as the trait demands, which is there as long as it is borrowed.
    unsafe {
        Arc::increment_strong_count(home);
        Arc::from_raw(home)
    }
}

#[inline]
fn inbox_of<H: Consumer>(home: &H) -> &Inbox<H::Item> {
    home.as_ref()
}
