//! The asker's side of an exchange.
#![allow(unsafe_code, reason = "the one asker takes the answer out, and what is its own")]

use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use super::course::{ANSWERED, ANSWERER_LEFT, ASKER_LEFT, Course, EXPIRED};
use super::exchange::Exchange;
use super::{Answerer, Question, Roll};

/// The asker's side. Dropping it gives the answer up.
pub(crate) struct Asking<Q, R, X, P>(NonNull<Exchange<Q, R, X, P>>);

// SAFETY: question and answer move from one thread to another; the terms are shared, and the rest is where the asker is.
unsafe impl<Q: Send, R: Send, X: Send + Sync, P: Send> Send for Asking<Q, R, X, P> {}
// SAFETY: shared, it lends the course and nothing else.
unsafe impl<Q: Send, R: Send, X: Send + Sync, P: Send> Sync for Asking<Q, R, X, P> {}

impl<Q, R, X, P> Asking<Q, R, X, P> {
    /// A question, and its asker's side. A waker that is left at once spares the asker a step.
    #[inline(always)]
    pub(crate) fn new(question: Q, terms: X, asker: Option<&Waker>) -> (Self, Question<Q, R, X, P>) {
        let exchange = Exchange::allocate(MaybeUninit::new(question), terms, asker);
        // SAFETY: it is new.
        (Self(exchange), unsafe { Question::new(exchange) })
    }

    /// The two sides of a question that travels beside it.
    pub(crate) fn without_question(terms: X) -> (Self, Answerer<Q, R, X, P>) {
        let exchange = Exchange::allocate(MaybeUninit::uninit(), terms, None);
        // SAFETY: it is new.
        (Self(exchange), unsafe { Answerer::new(exchange) })
    }

    /// Leaves something with the exchange that is the asker's, and is dropped at the asker's end.
    pub(crate) fn pack(&mut self, luggage: P) {
        // SAFETY: this is the one asker.
        let before = unsafe { (*self.0.as_ptr()).own.with_mut(|own| (*own).luggage.replace(luggage)) };
        debug_assert!(before.is_none(), "it is packed once");
    }

    #[inline]
    pub(crate) fn course(&self) -> &Course<X> {
        // SAFETY: there until both sides have left.
        unsafe { &(*self.0.as_ptr()).course }
    }

    /// Puts the exchange on a roll, for as long as the asker waits.
    #[inline(always)]
    pub(crate) fn enroll(&mut self, roll: &Roll<X>) {
        // SAFETY: this is the one asker. The course stays where it is until the asker leaves, which strikes it out before.
        unsafe {
            let entry = roll.enter(Exchange::course(self.0));
            let before = (*self.0.as_ptr()).own.with_mut(|own| (*own).entry.replace(entry));
            debug_assert!(before.is_none(), "an exchange is on one roll");
        }
    }

    /// Whether the answer has come, or the time is over.
    #[inline]
    pub(crate) fn is_settled(&self) -> bool {
        self.course().state() & (ANSWERED | EXPIRED) != 0
    }

    /// Ready when [settled](Self::is_settled); leaves the waker otherwise.
    #[inline(always)]
    pub(crate) fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_settled() { Poll::Ready(()) } else { self.leave_waker(cx) }
    }

    #[inline(never)]
    fn leave_waker(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: this is the one asker.
        let waits = unsafe { self.course().leave_waker(cx.waker()) };
        if waits { Poll::Pending } else { Poll::Ready(()) }
    }

    /// The answer.
    ///
    /// # Errors
    ///
    /// The asker, unless it has come.
    #[inline(always)]
    pub(crate) fn into_answer(self) -> Result<R, Self> {
        let state = self.course().state();
        if state & ANSWERED == 0 {
            return Err(self);
        }
        let this = ManuallyDrop::new(self);
        // SAFETY: the answer was written; `this` is forgotten, so that it is taken once, and the side leaves once.
        Ok(unsafe {
            let answer = (*this.0.as_ptr()).answer.with(|answer| (*answer).assume_init_read());
            Self::leave(this.0, state);
            answer
        })
    }

    /// # Safety
    ///
    /// The asker does not come back. `state` was seen after something was decided.
    #[inline(always)]
    unsafe fn leave(exchange: NonNull<Exchange<Q, R, X, P>>, state: u32) {
        // SAFETY: as the caller promises; this is the one asker still.
        unsafe {
            (*exchange.as_ptr()).own.with_mut(|own| {
                if let Some(entry) = (*own).entry.take() {
                    entry.strike(Exchange::course(exchange));
                }
                if (*own).luggage.is_some() {
                    put_down(&mut (*own).luggage);
                }
            });
            if state & ANSWERER_LEFT != 0 {
                Exchange::free(exchange);
            } else {
                Exchange::leave(exchange, ASKER_LEFT);
            }
        }
    }
}

/// In a place of its own: most askers have none.
#[inline(never)]
fn put_down<P>(luggage: &mut Option<P>) {
    *luggage = None;
}

impl<Q, R, X, P> Drop for Asking<Q, R, X, P> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        let state = match self.course().abandon() {
            Ok(()) => 0,
            Err(state) => state,
        };
        // SAFETY: an answer was written, and not taken by this, the one asker, which leaves.
        unsafe {
            let answer = (state & ANSWERED != 0)
                .then(|| (*self.0.as_ptr()).answer.with(|answer| (*answer).assume_init_read()));
            Self::leave(self.0, state);
            drop(answer);
        }
    }
}
