//! A consumer whose turn is to come.
#![allow(unsafe_code, reason = "whoever has one of these has the claim")]

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::{Home, Inbox, Item, Outlet, Release};

/// What holds an inbox and takes items out of it, a turn at a time.
///
/// # Safety
///
/// There is none outside of a [`Home`].
pub(crate) unsafe trait Consumer:
    AsRef<Inbox<Self::Item>> + Send + Sync + Sized + 'static
{
    type Item: Item;

    /// Takes a turn; the outlet comes back if another one is to follow at once.
    fn take_turn(outlet: Outlet<'_, Self>) -> Option<Outlet<'_, Self>>;

    /// Ends before its time: its task is gone.
    fn end(outlet: Outlet<'_, Self>);

    /// Makes the task, which begins by itself.
    fn make_task(home: Home<Self>);

    /// What it waits for has come.
    fn wake(home: &Home<Self>);
}

/// A consumer with the claim on its mailbox, of whatever type, or one that is about to begin. Dropped unused, it leaves the turn to
/// the consumer's task.
pub(crate) struct Ready {
    /// A count of its home.
    home: NonNull<()>,
    turns: &'static Turns,
}

// SAFETY: homes of consumers may go to any thread.
unsafe impl Send for Ready {}

/// What can be done with a [`Ready`], once; the home is that of a consumer of the table's type, and its count is used up.
struct Turns {
    take: unsafe fn(home: NonNull<()>) -> Option<Ready>,
    hand_to_task: unsafe fn(home: NonNull<()>),
}

/// For a consumer that goes on.
struct GoingOn<H>(PhantomData<H>);

/// For a consumer that is about to begin: the claim is its task's, which need not exist, and is to be taken.
struct Newborn<H>(PhantomData<H>);

impl Ready {
    pub(super) fn of<H: Consumer>(outlet: Outlet<'_, H>) -> Self {
        Self::new(outlet.home().clone())
    }

    /// One that has just been made, in place of its task.
    pub(crate) fn newborn<H: Consumer>(home: &Home<H>) -> Self {
        Self { home: home.clone().into_raw(), turns: Newborn::<H>::TURNS }
    }

    /// Takes the claim if nobody has it and the mailbox rests; for producers, after a push.
    #[inline]
    pub(crate) fn call<H: Consumer>(home: &Home<H>) -> Option<Self> {
        inbox_of(home).claim.call().then(|| Self::new(home.clone()))
    }

    /// As [`call`](Self::call), also of one that is about to begin and has no task.
    #[inline]
    pub(crate) fn take<H: Consumer>(home: &Home<H>) -> Option<Self> {
        let inbox = inbox_of(home);
        let is_taken = inbox.claim.call() || !inbox.has_task() && inbox.claim.begin();
        is_taken.then(|| Self::new(home.clone()))
    }

    /// Takes the claim if nobody has it, or leaves word with whoever has.
    #[inline]
    pub(crate) fn wake<H: Consumer>(home: &Home<H>) -> Option<Self> {
        inbox_of(home).claim.wake().then(|| Self::new(home.clone()))
    }

    #[inline]
    fn new<H: Consumer>(home: Home<H>) -> Self {
        Self { home: home.into_raw(), turns: GoingOn::<H>::TURNS }
    }

    /// Takes a turn; there is another one to follow if it comes back.
    #[inline]
    pub(crate) fn take_turn(self) -> Option<Self> {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is used up, and its claim with it.
        unsafe { (this.turns.take)(this.home) }
    }

    /// Whether it is the turn of whoever lives here.
    pub(crate) fn is_of<H: Consumer>(&self, home: &Home<H>) -> bool {
        self.home == home.as_raw()
    }

    /// Leaves the turn to the consumer's task.
    pub(crate) fn hand_to_task(self) {
        drop(self);
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        // SAFETY: nobody uses it after this.
        unsafe { (self.turns.hand_to_task)(self.home) }
    }
}

impl<H: Consumer> GoingOn<H> {
    const TURNS: &'static Turns = &Turns { take: Self::take, hand_to_task: Self::hand_to_task };

    unsafe fn take(home: NonNull<()>) -> Option<Ready> {
        // SAFETY: the caller has the count, and the claim.
        let home = unsafe { Home::<H>::from_raw(home) };
        // SAFETY: as above.
        let goes_on = H::take_turn(unsafe { Outlet::held(&home) }).is_some();
        // With the claim of the outlet that came back.
        goes_on.then(|| Ready::new(home))
    }

    unsafe fn hand_to_task(home: NonNull<()>) {
        // SAFETY: the caller has the count, and the claim.
        let home = unsafe { Home::<H>::from_raw(home) };
        // SAFETY: as above.
        if let Release::Abandoned(outlet) = unsafe { Outlet::held(&home) }.hand_to_task() {
            H::end(outlet);
        }
    }
}

impl<H: Consumer> Newborn<H> {
    const TURNS: &'static Turns = &Turns { take: Self::take, hand_to_task: Self::hand_to_task };

    unsafe fn take(home: NonNull<()>) -> Option<Ready> {
        // SAFETY: the caller has the count.
        let home = unsafe { Home::<H>::from_raw(home) };
        // Unless somebody else was faster.
        if !inbox_of(&home).claim.begin() {
            return None;
        }
        // SAFETY: the claim was just taken.
        unsafe { GoingOn::<H>::take(home.into_raw()) }
    }

    unsafe fn hand_to_task(home: NonNull<()>) {
        // SAFETY: the caller has the count.
        let home = unsafe { Home::<H>::from_raw(home) };
        wake_task(&home);
    }
}

/// Wakes the task, which was given the claim, or makes it.
pub(super) fn wake_task<H: Consumer>(home: &Home<H>) {
    let inbox = inbox_of(home);
    if inbox.engage_task() {
        H::make_task(home.clone());
    } else {
        inbox.wake_task();
    }
}

/// Another count of where it lives.
pub(crate) fn home_of<H: Consumer>(consumer: &H) -> Home<H> {
    // SAFETY: it lies in a home, as the trait demands.
    unsafe { Home::another(consumer) }
}

#[inline]
fn inbox_of<H: Consumer>(home: &Home<H>) -> &Inbox<H::Item> {
    (**home).as_ref()
}

/// The waker of a consumer, which takes no count of its home: clones of it do.
#[inline]
pub(crate) fn waker_of<H: Consumer>(home: &Home<H>) -> Borrowed<'_> {
    // SAFETY: the table's functions take the home of an `H`. The count that the waker would give back is not given back, and `home` is
    // there as long as the waker is.
    let waker = unsafe { Waker::new(home.as_raw().as_ptr(), Wakes::<H>::TABLE) };
    Borrowed { waker: ManuallyDrop::new(waker), home: PhantomData }
}

/// A waker for as long as something else is there.
pub(crate) struct Borrowed<'a> {
    waker: ManuallyDrop<Waker>,
    home: PhantomData<&'a ()>,
}

impl Deref for Borrowed<'_> {
    type Target = Waker;

    #[inline]
    fn deref(&self) -> &Waker {
        &self.waker
    }
}

/// Wakers of consumers: each is a count of its home.
struct Wakes<H>(PhantomData<H>);

impl<H: Consumer> Wakes<H> {
    const TABLE: &'static RawWakerVTable =
        &RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    /// # Safety
    ///
    /// A waker of an `H` has it.
    unsafe fn borrow(home: *const ()) -> ManuallyDrop<Home<H>> {
        // SAFETY: as the caller promises; it is not dropped.
        ManuallyDrop::new(unsafe { Home::from_raw(NonNull::new_unchecked(home.cast_mut())) })
    }

    unsafe fn clone(home: *const ()) -> RawWaker {
        // SAFETY: a waker's own functions get what it has.
        let borrowed = unsafe { Self::borrow(home) };
        RawWaker::new((*borrowed).clone().into_raw().as_ptr(), Self::TABLE)
    }

    unsafe fn wake(home: *const ()) {
        // SAFETY: as above.
        H::wake(&ManuallyDrop::into_inner(unsafe { Self::borrow(home) }));
    }

    unsafe fn wake_by_ref(home: *const ()) {
        // SAFETY: as above.
        let home = unsafe { Self::borrow(home) };
        H::wake(&home);
    }

    unsafe fn drop(home: *const ()) {
        // SAFETY: as above.
        drop(ManuallyDrop::into_inner(unsafe { Self::borrow(home) }));
    }
}
