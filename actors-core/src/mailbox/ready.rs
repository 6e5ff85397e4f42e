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
pub(crate) struct Ready {
    consumer: ManuallyDrop<Arc<dyn AnyConsumer>>,
    /// Whether the claim is this one's. Otherwise it is the task's, which need not exist yet, and is to be taken.
    has_claim: bool,
}

impl Ready {
    pub(super) fn of<H: Consumer>(outlet: Outlet<'_, H>) -> Self {
        Self::new(outlet.home().clone(), true)
    }

    /// One that has just been made, in place of its task.
    pub(crate) fn newborn<H: Consumer>(home: &Arc<H>) -> Self {
        Self::new(home.clone(), false)
    }

    /// Takes the claim if nobody has it and the mailbox rests; for producers, after a push.
    #[inline]
    pub(crate) fn call<H: Consumer>(home: &Arc<H>) -> Option<Self> {
        inbox_of(&**home).claim.call().then(|| Self::new(home.clone(), true))
    }

    /// As [`call`](Self::call), also if the task was given the claim and has not begun.
    #[inline]
    pub(crate) fn take<H: Consumer>(home: &Arc<H>) -> Option<Self> {
        inbox_of(&**home).claim.take().then(|| Self::new(home.clone(), true))
    }

    /// Takes the claim if nobody has it, or leaves word with whoever has.
    #[inline]
    pub(crate) fn wake<H: Consumer>(home: &Arc<H>) -> Option<Self> {
        inbox_of(&**home).claim.wake().then(|| Self::new(home.clone(), true))
    }

    #[inline]
    fn new(consumer: Arc<dyn AnyConsumer>, has_claim: bool) -> Self {
        Self { consumer: ManuallyDrop::new(consumer), has_claim }
    }

    /// Takes a turn; there is another one to follow if it comes back.
    #[inline]
    pub(crate) fn take_turn(self) -> Option<Self> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is used up, and its claim with it.
        unsafe { ManuallyDrop::take(&mut this.consumer).take_turn(this.has_claim) }
    }

    /// Leaves the turn to the consumer's task.
    pub(crate) fn hand_to_task(self) {
        drop(self);
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        // SAFETY: nobody uses it after this.
        unsafe { ManuallyDrop::take(&mut self.consumer).hand_to_task(self.has_claim) }
    }
}

/// For each function the caller has the claim, which is used up, or says that it has not.
trait AnyConsumer: Send + Sync {
    unsafe fn take_turn(self: Arc<Self>, has_claim: bool) -> Option<Ready>;

    unsafe fn hand_to_task(self: Arc<Self>, has_claim: bool);
}

impl<H: Consumer> AnyConsumer for H {
    unsafe fn take_turn(self: Arc<Self>, has_claim: bool) -> Option<Ready> {
        if !has_claim && !inbox_of(&*self).claim.begin() {
            return None;
        }
        // SAFETY: as the caller promises, or the claim was just taken.
        let goes_on = H::take_turn(unsafe { Outlet::held(&self) }).is_some();
        // With the claim of the outlet that came back.
        goes_on.then(|| Ready::new(self, true))
    }

    unsafe fn hand_to_task(self: Arc<Self>, has_claim: bool) {
        if !has_claim {
            return wake_task(&self);
        }
        // SAFETY: as the caller promises.
        if let Release::Abandoned(outlet) = unsafe { Outlet::held(&self) }.hand_to_task() {
            H::end(outlet);
        }
    }
}

/// Calls for the consumer's task after a push, if nobody consumes.
#[inline]
pub(crate) fn call_task<H: Consumer>(home: &H) {
    if inbox_of(home).claim.call_task() {
        wake_task(&arc_of(home));
    }
}

/// Has the consumer's task look although nothing was queued: something beside the queue has changed.
pub(crate) fn alert_task<H: Consumer>(home: &H) {
    if inbox_of(home).claim.wake_task() {
        wake_task(&arc_of(home));
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

fn arc_of<H: Consumer>(home: &H) -> Arc<H> {
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
