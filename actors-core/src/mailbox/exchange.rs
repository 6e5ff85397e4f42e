//! One question and its answer, in one place: a mailbox of one message each way.
//!
//! ```text
//! asked ──claim──> CLAIMED ──> ANSWERED ──> TAKEN      (somebody answers; the asker takes it)
//!   ├──expire──> EXPIRED                               (its time is over)
//!   └──abandon──> ABANDONED                            (the asker gave up)
//! ```
//!
//! The first of the three steps decides. Whoever makes it wakes the asker, if the asker has left its waker by then; an
//! asker that comes later sees what was decided. An asker that gives up while an answer is being written leaves the
//! answer to its writer.
#![allow(unsafe_code, reason = "question, answer and waker are handed over by bits of one word")]

use std::mem::MaybeUninit;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Lock, UnsafeCell};

/// The question lies in its place; whoever takes the bit away owns it.
const QUESTION: u32 = 1;
/// The asker's waker lies in its place.
const ASKER: u32 = 1 << 1;
/// The answerer's waker was left.
const ANSWERER: u32 = 1 << 2;
const CLAIMED: u32 = 1 << 3;
const ANSWERED: u32 = 1 << 4;
const TAKEN: u32 = 1 << 5;
const EXPIRED: u32 = 1 << 6;
const ABANDONED: u32 = 1 << 7;
/// Something was decided.
const DECIDED: u32 = CLAIMED | EXPIRED | ABANDONED;

/// What the asker and the answerer share, beside `X`, which is for their own use.
pub(crate) struct Exchange<Q, R, X> {
    state: AtomicU32,
    question: UnsafeCell<MaybeUninit<Q>>,
    /// Written by the one who claimed; from `ANSWERED` on the asker's.
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

/// The asker's side. There is one; dropping it gives the answer up.
pub(crate) struct Asking<Q, R, X>(Arc<Exchange<Q, R, X>>);

/// There is no answer, because the time for it is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expired;

impl<Q, R, X> Exchange<Q, R, X> {
    /// Takes the question out, once.
    #[inline]
    pub(crate) fn take_question(&self) -> Option<Q> {
        let before = self.state.fetch_and(!QUESTION, Ordering::Acquire);
        // SAFETY: the bit says that it was written, and was taken away by this call alone.
        (before & QUESTION != 0)
            .then(|| self.question.with(|question| unsafe { (*question).assume_init_read() }))
    }

    /// Answers; the answer comes back if something was decided already.
    #[inline]
    pub(crate) fn answer(&self, answer: R) -> Result<(), R> {
        if self.decide(CLAIMED).is_err() {
            return Err(answer);
        }
        // SAFETY: only one claims, and nobody looks before `ANSWERED` is set.
        self.answer.with_mut(|place| unsafe { (*place).write(answer) });
        let before = self.state.fetch_or(ANSWERED, Ordering::AcqRel);
        if before & ABANDONED != 0 {
            // SAFETY: written above; the asker has left it to this thread.
            return Err(unsafe { self.take_answer() });
        }
        self.wake_asker(before);
        Ok(())
    }

    /// The time is over, unless something was decided already.
    pub(crate) fn expire(&self) {
        if let Ok(before) = self.decide(EXPIRED) {
            self.wake_asker(before);
            self.wake_answerer(before);
        }
    }

    /// Whether an answer would still be taken.
    pub(crate) fn is_open(&self) -> bool {
        self.state.load(Ordering::Acquire) & DECIDED == 0
    }

    #[inline]
    pub(crate) fn has_expired(&self) -> bool {
        self.state.load(Ordering::Acquire) & EXPIRED != 0
    }

    /// Completes when no answer would be taken any more.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_open() {
            return Poll::Ready(());
        }
        let before = self.answerer.lock().replace(cx.waker().clone());
        drop(before);
        let before = self.state.fetch_or(ANSWERER, Ordering::AcqRel);
        if before & DECIDED != 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Sets one of the bits that decide; gives the state before it, or an error if something was decided.
    #[inline]
    fn decide(&self, bit: u32) -> Result<u32, ()> {
        let mut state = self.state.load(Ordering::Acquire);
        loop {
            if state & DECIDED != 0 {
                return Err(());
            }
            let decided =
                self.state.compare_exchange_weak(state, state | bit, Ordering::AcqRel, Ordering::Acquire);
            match decided {
                Ok(before) => return Ok(before),
                Err(current) => state = current,
            }
        }
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

impl<Q, R, X> Drop for Exchange<Q, R, X> {
    fn drop(&mut self) {
        let state = self.state.load(Ordering::Acquire);
        // SAFETY: nobody else has it any more; the bits say what lies there.
        unsafe {
            if state & QUESTION != 0 {
                self.question.with_mut(|question| (*question).assume_init_drop());
            }
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
    /// A question; without one, if that travels beside it.
    #[inline]
    pub(crate) fn new(question: Option<Q>, terms: X) -> Self {
        let (state, question) = match question {
            Some(question) => (QUESTION, MaybeUninit::new(question)),
            None => (0, MaybeUninit::uninit()),
        };
        Self(Arc::new(Exchange {
            state: AtomicU32::new(state),
            question: UnsafeCell::new(question),
            answer: UnsafeCell::new(MaybeUninit::uninit()),
            asker: UnsafeCell::new(MaybeUninit::uninit()),
            answerer: Lock::new(None),
            terms,
        }))
    }

    /// What the answerer gets.
    #[inline]
    pub(crate) fn exchange(&self) -> &Arc<Exchange<Q, R, X>> {
        &self.0
    }

    /// The answer, if it has come; leaves the waker otherwise.
    #[inline]
    pub(crate) fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Expired>> {
        let state = self.0.state.load(Ordering::Acquire);
        if state & (ANSWERED | EXPIRED) != 0 {
            return self.take(state);
        }
        if state & ASKER != 0 {
            // SAFETY: the bit says that it was written, and only this side writes it.
            if self.0.asker.with(|waker| unsafe { (*waker).assume_init_ref().will_wake(cx.waker()) }) {
                return Poll::Pending;
            }
            let before = self.0.state.fetch_and(!ASKER, Ordering::AcqRel);
            if before & (ANSWERED | EXPIRED) != 0 {
                // Whoever decided may be looking at it: it stays until the end.
                self.0.state.fetch_or(ASKER, Ordering::AcqRel);
                return self.take(before);
            }
            // SAFETY: the bit was set, and whoever decides from now on sees that it is not any more.
            unsafe { self.0.drop_waker() };
        }
        // SAFETY: the bit is not set, so nobody looks.
        self.0.asker.with_mut(|place| unsafe { (*place).write(cx.waker().clone()) });
        let before = self.0.state.fetch_or(ASKER, Ordering::AcqRel);
        if before & (ANSWERED | EXPIRED) != 0 { self.take(before) } else { Poll::Pending }
    }

    #[inline]
    fn take(&mut self, state: u32) -> Poll<Result<R, Expired>> {
        if state & ANSWERED == 0 {
            return Poll::Ready(Err(Expired));
        }
        assert!(state & TAKEN == 0, "an answer is taken once");
        // SAFETY: it was written, and this is the only asker, which has not given up.
        Poll::Ready(Ok(unsafe { self.0.take_answer() }))
    }

    #[cold]
    fn abandon(&mut self) {
        let exchange = &*self.0;
        let before = exchange.state.fetch_or(ABANDONED, Ordering::AcqRel);
        if before & ANSWERED != 0 {
            // SAFETY: it was written, and not taken by this, the only asker.
            return drop(unsafe { exchange.take_answer() });
        }
        if before & EXPIRED != 0 {
            return;
        }
        // Not decided, or by an answerer that will see the asker gone: nobody looks at the waker.
        if before & ASKER != 0 {
            exchange.state.fetch_and(!ASKER, Ordering::AcqRel);
            // SAFETY: the bit was set, and see above.
            unsafe { exchange.drop_waker() };
        }
        if before & DECIDED == 0 {
            exchange.wake_answerer(before);
        }
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
