//! One question and its answer, in one place: a mailbox of one message each way.
//!
//! ```text
//! asked ──answer──> ANSWERED ──> TAKEN      (somebody answers; the asker takes it)
//!   ├──expire──> EXPIRED                    (its time is over)
//!   └──abandon──> ABANDONED                 (the asker gave up)
//! ```
//!
//! The first of the three steps decides. Whoever makes it wakes the asker, if the asker has left its waker by then; an
//! asker that comes later sees what was decided. The answer is written before its bit is set: whoever sets the bit and
//! finds that something else was decided takes the answer back.
//!
//! There is one [`Question`], which becomes one [`Answerer`], and one [`Asking`]. Whoever watches over the time has the
//! [`Exchange`] itself.
#![allow(unsafe_code, reason = "question, answer and waker are handed over by bits of one word")]

use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::Answerer;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Lock, UnsafeCell};

/// The asker's waker lies in its place.
const ASKER: u32 = 1;
/// The answerer's waker was left.
const ANSWERER: u32 = 1 << 1;
/// The answer lies in its place. With one of the two below it came too late, and is the answerer's.
const ANSWERED: u32 = 1 << 2;
/// The answer was taken out again.
const TAKEN: u32 = 1 << 3;
const EXPIRED: u32 = 1 << 4;
const ABANDONED: u32 = 1 << 5;
/// Something was decided.
const DECIDED: u32 = ANSWERED | EXPIRED | ABANDONED;

/// What the asker and the answerer share, beside `X`, which is for their own use.
pub(crate) struct Exchange<Q, R, X> {
    state: AtomicU32,
    /// Written when it is made; the one `Question`'s, which takes it out.
    question: UnsafeCell<MaybeUninit<Q>>,
    /// Written by the answerer; from `ANSWERED` on the asker's.
    answer: UnsafeCell<MaybeUninit<R>>,
    /// Written by the asker only, while `ASKER` is not set.
    asker: UnsafeCell<MaybeUninit<Waker>>,
    answerer: Lock<Option<Waker>>,
    pub(crate) terms: X,
}

// SAFETY: question and answer move from one thread to another; the bits give each to one thread at a time.
unsafe impl<Q: Send, R: Send, X: Send + Sync> Send for Exchange<Q, R, X> {}
// SAFETY: as above.
unsafe impl<Q: Send, R: Send, X: Send + Sync> Sync for Exchange<Q, R, X> {}

/// The asker's side. Dropping it gives the answer up.
pub(crate) struct Asking<Q, R, X>(Arc<Exchange<Q, R, X>>);

/// A question on its way. Dropped, it takes what was asked with it: others hold the exchange for longer.
pub(crate) struct Question<Q, R, X>(Arc<Exchange<Q, R, X>>);

/// There is no answer, because the time for it is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expired;

/// What is agreed upon beside question and answer.
pub(crate) trait Terms<R> {
    /// An answer came when the time for it was over.
    fn came_late(&self, answer: &R);
}

impl<Q, R, X> Exchange<Q, R, X> {
    #[inline(always)]
    fn new(question: MaybeUninit<Q>, terms: X, asker: Option<&Waker>) -> Arc<Self> {
        let state = if asker.is_some() { ASKER } else { 0 };
        let asker = asker.map_or_else(MaybeUninit::uninit, |asker| MaybeUninit::new(asker.clone()));
        let exchange = Arc::<Self>::new_uninit();
        // SAFETY: nobody else has it yet. Written where it stays: what is uninitialized in it is not copied.
        unsafe {
            Arc::as_ptr(&exchange).cast_mut().cast::<Self>().write(Self {
                state: AtomicU32::new(state),
                question: UnsafeCell::new(question),
                answer: UnsafeCell::new(MaybeUninit::uninit()),
                asker: UnsafeCell::new(asker),
                answerer: Lock::new(None),
                terms,
            });
            exchange.assume_init()
        }
    }

    /// The time is over, unless something was decided already.
    pub(crate) fn expire(&self) {
        let mut state = self.state.load(Ordering::Acquire);
        while state & DECIDED == 0 {
            let expired =
                self.state.compare_exchange(state, state | EXPIRED, Ordering::AcqRel, Ordering::Acquire);
            match expired {
                Ok(before) => {
                    self.wake_asker(before);
                    return self.wake_answerer(before);
                }
                Err(current) => state = current,
            }
        }
    }

    /// Completes when no answer would be taken any more.
    pub(super) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_open() {
            return Poll::Ready(());
        }
        let before = self.answerer.lock().replace(cx.waker().clone());
        drop(before);
        let before = self.state.fetch_or(ANSWERER, Ordering::AcqRel);
        if before & DECIDED != 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Whether an answer would still be taken.
    pub(crate) fn is_open(&self) -> bool {
        self.state.load(Ordering::Acquire) & DECIDED == 0
    }

    #[inline]
    pub(crate) fn has_expired(&self) -> bool {
        self.state.load(Ordering::Acquire) & EXPIRED != 0
    }

    /// Wakes the asker, by whoever decided; `before` is the state before it became visible.
    #[inline]
    fn wake_asker(&self, before: u32) {
        if before & ASKER != 0 {
            // SAFETY: the bit says that it was written. The asker leaves it where it is from now on.
            self.asker.with(|waker| unsafe { (*waker).assume_init_ref().wake_by_ref() });
        }
    }

    fn wake_answerer(&self, before: u32) {
        if before & ANSWERER != 0
            && let Some(waker) = self.answerer.lock().take()
        {
            waker.wake();
        }
    }

    /// # Safety
    ///
    /// It was written, and the caller is the only one to take it.
    #[cold]
    unsafe fn take_answer(&self) -> R {
        self.state.fetch_or(TAKEN, Ordering::AcqRel);
        // SAFETY: as the caller promises.
        self.answer.with(|answer| unsafe { (*answer).assume_init_read() })
    }

    /// # Safety
    ///
    /// `ASKER` was set, and nobody who decided may still look at the waker.
    unsafe fn drop_waker(&self) {
        // SAFETY: as the caller promises.
        self.asker.with_mut(|waker| unsafe { (*waker).assume_init_drop() });
    }
}

impl<Q, R, X: Terms<R>> Exchange<Q, R, X> {
    /// Answers; the answer comes back if something was decided already.
    ///
    /// # Safety
    ///
    /// Done once, by the one who has the right to.
    #[inline]
    pub(super) unsafe fn settle(&self, answer: R) -> Result<(), R> {
        // SAFETY: only one answers, and nobody looks before `ANSWERED` is set.
        self.answer.with_mut(|place| unsafe { (*place).write(answer) });
        let before = self.state.fetch_or(ANSWERED, Ordering::AcqRel);
        if before & DECIDED != 0 {
            // SAFETY: written above; whoever decided leaves it to this thread.
            let answer = unsafe { self.take_answer() };
            if before & EXPIRED != 0 {
                self.terms.came_late(&answer);
            }
            return Err(answer);
        }
        self.wake_asker(before);
        Ok(())
    }
}

impl<Q, R, X> Drop for Exchange<Q, R, X> {
    #[inline]
    fn drop(&mut self) {
        let state = self.state.load(Ordering::Acquire);
        // SAFETY: nobody else has it any more; the bits say what lies there.
        unsafe {
            if state & (ANSWERED | TAKEN) == ANSWERED {
                self.answer.with_mut(|answer| (*answer).assume_init_drop());
            }
            if state & ASKER != 0 {
                self.drop_waker();
            }
        }
    }
}

impl<Q, R, X> Asking<Q, R, X> {
    /// A question, and its asker's side. A waker that is left at once spares the asker a step.
    #[inline(always)]
    pub(crate) fn new(question: Q, terms: X, asker: Option<&Waker>) -> (Self, Question<Q, R, X>) {
        let exchange = Exchange::new(MaybeUninit::new(question), terms, asker);
        (Self(exchange.clone()), Question(exchange))
    }

    /// The two sides of a question that travels beside it.
    pub(crate) fn without_question(terms: X) -> (Self, Answerer<Q, R, X>) {
        let exchange = Exchange::new(MaybeUninit::uninit(), terms, None);
        // SAFETY: it is new.
        (Self(exchange.clone()), unsafe { Answerer::new(exchange) })
    }

    /// What the sides share.
    #[inline]
    pub(crate) fn exchange(&self) -> &Arc<Exchange<Q, R, X>> {
        &self.0
    }

    /// Whether [`poll_answer`](Self::poll_answer) would be ready.
    #[inline]
    pub(crate) fn is_settled(&self) -> bool {
        self.0.state.load(Ordering::Acquire) & (ANSWERED | EXPIRED) != 0
    }

    /// The answer, if it has come; leaves the waker otherwise.
    #[inline(always)]
    pub(crate) fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Expired>> {
        let state = self.0.state.load(Ordering::Acquire);
        if state & (ANSWERED | EXPIRED) != 0 { self.take(state) } else { self.leave_waker(state, cx) }
    }

    #[inline(never)]
    fn leave_waker(&mut self, state: u32, cx: &mut Context<'_>) -> Poll<Result<R, Expired>> {
        if state & ASKER != 0 {
            // SAFETY: the bit says that it was written, and only this side writes it.
            if self.0.asker.with(|waker| unsafe { (*waker).assume_init_ref().will_wake(cx.waker()) }) {
                return Poll::Pending;
            }
            let before = self.0.state.fetch_and(!ASKER, Ordering::AcqRel);
            if before & (ANSWERED | EXPIRED) != 0 {
                // Whoever decided may be looking at it: it stays until the end.
                let before = self.0.state.fetch_or(ASKER, Ordering::AcqRel);
                return self.take(before | ASKER);
            }
            // SAFETY: the bit was set, and whoever decides from now on sees that it is not any more.
            unsafe { self.0.drop_waker() };
        }
        // SAFETY: the bit is not set, so nobody looks.
        self.0.asker.with_mut(|place| unsafe { (*place).write(cx.waker().clone()) });
        let before = self.0.state.fetch_or(ASKER, Ordering::AcqRel);
        if before & (ANSWERED | EXPIRED) != 0 { self.take(before | ASKER) } else { Poll::Pending }
    }

    /// `state` is the present one: something was decided, and only this side changes it from now on.
    #[inline(always)]
    fn take(&mut self, state: u32) -> Poll<Result<R, Expired>> {
        if state & EXPIRED != 0 {
            return Poll::Ready(Err(Expired));
        }
        assert!(state & TAKEN == 0, "an answer is taken once");
        self.0.state.store(state | TAKEN, Ordering::Release);
        // SAFETY: it was written, and this is the only asker, which has not given up.
        Poll::Ready(Ok(self.0.answer.with(|answer| unsafe { (*answer).assume_init_read() })))
    }

    #[cold]
    fn abandon(&mut self) {
        let exchange = &*self.0;
        let before = exchange.state.fetch_or(ABANDONED, Ordering::AcqRel);
        if before & EXPIRED != 0 {
            return;
        }
        if before & ANSWERED != 0 {
            // SAFETY: it was written, and not taken by this, the only asker.
            return drop(unsafe { exchange.take_answer() });
        }
        // Nothing was decided, and whoever answers from now on sees the asker gone: nobody looks at the waker.
        if before & ASKER != 0 {
            exchange.state.fetch_and(!ASKER, Ordering::AcqRel);
            // SAFETY: the bit was set, and see above.
            unsafe { exchange.drop_waker() };
        }
        exchange.wake_answerer(before);
    }
}

impl<Q, R, X> Drop for Asking<Q, R, X> {
    #[inline]
    fn drop(&mut self) {
        if self.0.state.load(Ordering::Acquire) & TAKEN == 0 {
            self.abandon();
        }
    }
}

impl<Q, R, X> Question<Q, R, X> {
    #[inline]
    pub(crate) fn exchange(&self) -> &Exchange<Q, R, X> {
        &self.0
    }

    /// Takes the question out, with the right to answer it.
    #[inline]
    pub(crate) fn open(self) -> (Q, Answerer<Q, R, X>) {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is forgotten, and so the exchange and the question in it have one owner each, as before.
        unsafe {
            let exchange = ptr::read(&raw const this.0);
            let question = exchange.question.with(|question| (*question).assume_init_read());
            (question, Answerer::new(exchange))
        }
    }
}

impl<Q, R, X> Drop for Question<Q, R, X> {
    fn drop(&mut self) {
        // SAFETY: it was written, and `open` would have forgotten `self`.
        self.0.question.with_mut(|question| unsafe { (*question).assume_init_drop() });
    }
}
