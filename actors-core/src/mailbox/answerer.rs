//! The right to answer a question.
#![allow(unsafe_code, reason = "whoever has the right uses it once")]

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use super::course::{ANSWERER_LEFT, Course};
use super::exchange::{Exchange, Terms};

/// The right to answer, once.
pub(crate) struct Answerer<Q, R, X, P>(NonNull<Exchange<Q, R, X, P>>);

/// The right to answer, whatever the question was.
pub(crate) struct AnyAnswerer<R, X> {
    course: NonNull<Course<X>>,
    /// Lives for ever.
    table: *const Table<R, X>,
}

/// What can be done with an exchange whose types are forgotten. Each function uses the right up.
struct Table<R, X> {
    settle: unsafe fn(NonNull<Course<X>>, R) -> Result<(), R>,
    leave: unsafe fn(NonNull<Course<X>>),
}

// SAFETY: question and answer move from one thread to another; the terms are shared.
unsafe impl<Q: Send, R: Send, X: Send + Sync, P: Send> Send for Answerer<Q, R, X, P> {}
// SAFETY: shared, it lends nothing.
unsafe impl<Q: Send, R: Send, X: Send + Sync, P: Send> Sync for Answerer<Q, R, X, P> {}
// SAFETY: as for `Answerer`, of which it is made.
unsafe impl<R: Send, X: Send + Sync> Send for AnyAnswerer<R, X> {}
// SAFETY: shared, it lends the course.
unsafe impl<R: Send, X: Send + Sync> Sync for AnyAnswerer<R, X> {}

impl<Q, R, X, P> Answerer<Q, R, X, P> {
    /// # Safety
    ///
    /// There is no other for this exchange.
    #[inline]
    pub(super) unsafe fn new(exchange: NonNull<Exchange<Q, R, X, P>>) -> Self {
        Self(exchange)
    }
}

impl<Q, R, X: Terms<R>, P> Answerer<Q, R, X, P> {
    /// Answers; the answer comes back if something was decided already.
    #[inline]
    pub(crate) fn answer(self, answer: R) -> Result<(), R> {
        // SAFETY: `self` is used up.
        unsafe { Exchange::settle(ManuallyDrop::new(self).0, answer) }
    }
}

impl<Q, R, X, P> Drop for Answerer<Q, R, X, P> {
    fn drop(&mut self) {
        // SAFETY: nobody answers any more.
        unsafe { Exchange::leave(self.0, ANSWERER_LEFT) }
    }
}

impl<Q, R, X, P> Answerer<Q, R, X, P>
where
    Q: Send + 'static,
    R: Send + 'static,
    X: Terms<R> + Send + Sync + 'static,
    P: Send + 'static,
{
    /// Forgets what was asked.
    #[inline]
    pub(crate) fn into_any(self) -> AnyAnswerer<R, X> {
        let course = Exchange::course(ManuallyDrop::new(self).0);
        AnyAnswerer { course, table: const { &Table::of::<Q, P>() } }
    }
}

impl<R, X: Terms<R>> Table<R, X> {
    const fn of<Q, P>() -> Self {
        unsafe fn settle<Q, R, X: Terms<R>, P>(course: NonNull<Course<X>>, answer: R) -> Result<(), R> {
            // SAFETY: the course is the first part of such an exchange, and the pointer came from one to the whole.
            unsafe { Exchange::<Q, R, X, P>::settle(course.cast(), answer) }
        }
        unsafe fn leave<Q, R, X, P>(course: NonNull<Course<X>>) {
            // SAFETY: as above.
            unsafe { Exchange::<Q, R, X, P>::leave(course.cast(), ANSWERER_LEFT) }
        }
        Self { settle: settle::<Q, R, X, P>, leave: leave::<Q, R, X, P> }
    }
}

impl<R, X> AnyAnswerer<R, X> {
    /// As [`Answerer::answer`].
    #[inline]
    pub(crate) fn answer(self, answer: R) -> Result<(), R> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the table is that of the exchange, and `self` is used up.
        unsafe { ((*this.table).settle)(this.course, answer) }
    }

    /// Completes when no answer would be taken any more.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.course().poll_closed(cx)
    }

    pub(crate) fn course(&self) -> &Course<X> {
        // SAFETY: there until both sides have left.
        unsafe { self.course.as_ref() }
    }
}

impl<R, X> Drop for AnyAnswerer<R, X> {
    fn drop(&mut self) {
        // SAFETY: the table is that of the exchange, and nobody answers any more.
        unsafe { ((*self.table).leave)(self.course) }
    }
}
