//! One question and its answer, in one place: a mailbox of one message each way.
//!
//! The answer is written before its bit is set: whoever sets the bit and finds that something else was decided takes the
//! answer back. There is one [`Question`], which becomes one [`Answerer`], and one [`Asking`](super::Asking); the second of the two sides
//! to go frees the memory. Whoever watches over the time finds the [`Course`] on a [`Roll`](super::Roll).
#![allow(unsafe_code, reason = "question and answer are handed over by the bits of the course")]

use std::alloc::Layout;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};
use std::task::Waker;

use super::course::{ANSWERER_LEFT, Course};
use super::roll::Entry;
use super::{Answerer, pool};
use crate::sync::UnsafeCell;

/// What the asker and the answerer share, beside `X`, which is for their own use, and `P`, which is the asker's alone.
// In this order: whoever has forgotten the types of question and answer has a pointer to the course.
#[repr(C)]
pub(super) struct Exchange<Q, R, X, P> {
    pub(super) course: Course<X>,
    pub(super) own: UnsafeCell<Own<X, P>>,
    /// Written when it is made; the one `Question`'s, which takes it out.
    question: UnsafeCell<MaybeUninit<Q>>,
    /// Written by the answerer; from `ANSWERED` on the asker's.
    pub(super) answer: UnsafeCell<MaybeUninit<R>>,
}

/// What is the asker's, from the beginning to its end.
pub(super) struct Own<X, P> {
    pub(super) entry: Option<Entry<X>>,
    pub(super) luggage: Option<P>,
}

/// A question on its way. Dropped, it takes what was asked with it: the asker has the exchange for longer.
pub(crate) struct Question<Q, R, X, P>(NonNull<Exchange<Q, R, X, P>>);

// SAFETY: question and answer move from one thread to another; the terms are shared.
unsafe impl<Q: Send, R: Send, X: Send + Sync, P: Send> Send for Question<Q, R, X, P> {}
// SAFETY: shared, it lends the course and nothing else.
unsafe impl<Q: Send, R: Send, X: Send + Sync, P: Send> Sync for Question<Q, R, X, P> {}

/// What is agreed upon beside question and answer.
pub(crate) trait Terms<R> {
    /// An answer came when the time for it was over.
    fn came_late(&self, answer: &R);
}

impl<Q, R, X, P> Exchange<Q, R, X, P> {
    #[inline(always)]
    pub(super) fn allocate(question: MaybeUninit<Q>, terms: X, asker: Option<&Waker>) -> NonNull<Self> {
        // Written where it stays: what is uninitialized in it is not copied.
        let exchange = pool::take(const { Layout::new::<Self>() }).cast::<Self>();
        // SAFETY: it is large enough, and nobody else has it.
        unsafe {
            exchange.write(Self {
                course: Course::new(terms, asker),
                own: UnsafeCell::new(Own { entry: None, luggage: None }),
                question: UnsafeCell::new(question),
                answer: UnsafeCell::new(MaybeUninit::uninit()),
            });
        }
        exchange
    }

    #[inline(always)]
    pub(super) fn course(this: NonNull<Self>) -> NonNull<Course<X>> {
        this.cast()
    }

    /// # Safety
    ///
    /// Both sides have left.
    #[inline(always)]
    pub(super) unsafe fn free(this: NonNull<Self>) {
        // SAFETY: it came from the pool, and nobody has it any more. Question and answer were taken, luggage and entry too.
        unsafe {
            (&raw mut (*this.as_ptr()).course).drop_in_place();
            pool::give_back(this.cast(), const { Layout::new::<Self>() });
        }
    }

    /// One of the sides leaves.
    ///
    /// # Safety
    ///
    /// It is the caller's side, and the caller does not come back.
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn leave(this: NonNull<Self>, side: u32) {
        // SAFETY: as the caller promises; true means that the other one has left.
        unsafe {
            if Course::leave(Self::course(this), side) {
                Self::free(this);
            }
        }
    }
}

impl<Q, R, X: Terms<R>, P> Exchange<Q, R, X, P> {
    /// Answers, and the answerer leaves; the answer comes back if something was decided already.
    ///
    /// # Safety
    ///
    /// Done once, by the one who has the right to.
    #[inline(always)]
    pub(super) unsafe fn settle(this: NonNull<Self>, answer: R) -> Result<(), R> {
        // SAFETY: only one answers, and nobody looks before `ANSWERED` is set. The memory is there until the answerer leaves.
        unsafe {
            (*this.as_ptr()).answer.with_mut(|place| (*place).write(answer));
            let Ok(decided) = Course::decide(Self::course(this), super::course::ANSWERED, ANSWERER_LEFT)
            else {
                return Err(Self::take_back(this));
            };
            if !decided.has_left {
                Self::leave(this, ANSWERER_LEFT);
            }
            if let Some(asker) = decided.asker {
                asker.wake();
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// The answer was written by the caller, and not taken.
    #[cold]
    #[inline(never)]
    unsafe fn take_back(this: NonNull<Self>) -> R {
        // SAFETY: as the caller promises; whoever decided left it alone.
        unsafe {
            let answer = this.as_ref().answer.with(|answer| (*answer).assume_init_read());
            let course = &this.as_ref().course;
            if course.has_expired() {
                course.terms().came_late(&answer);
            }
            Self::leave(this, ANSWERER_LEFT);
            answer
        }
    }
}

impl<Q, R, X, P> Question<Q, R, X, P> {
    /// # Safety
    ///
    /// There is no other for this exchange, and no answerer.
    #[inline(always)]
    pub(super) unsafe fn new(exchange: NonNull<Exchange<Q, R, X, P>>) -> Self {
        Self(exchange)
    }

    #[inline]
    pub(crate) fn course(&self) -> &Course<X> {
        // SAFETY: there until both sides have left.
        unsafe { &(*self.0.as_ptr()).course }
    }

    /// Takes the question out, with the right to answer it.
    #[inline]
    pub(crate) fn open(self) -> (Q, Answerer<Q, R, X, P>) {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is forgotten, and so the side and the question in it have one owner each, as before.
        unsafe { (Self::take(this.0), Answerer::new(this.0)) }
    }

    /// # Safety
    ///
    /// It was written, and is taken once.
    unsafe fn take(exchange: NonNull<Exchange<Q, R, X, P>>) -> Q {
        // SAFETY: as the caller promises.
        unsafe { exchange.as_ref().question.with(|question| ptr::read(question).assume_init()) }
    }
}

impl<Q, R, X, P> Drop for Question<Q, R, X, P> {
    fn drop(&mut self) {
        // SAFETY: it was written, and `open` would have forgotten `self`. Taken out first, and dropped last: a panic in that
        // keeps nothing from being freed.
        unsafe {
            let question = Self::take(self.0);
            Exchange::leave(self.0, ANSWERER_LEFT);
            drop(question);
        }
    }
}
