//! How far an exchange has come, and who is told.
//!
//! ```text
//! asked ──answer──> ANSWERED                (somebody answers; the asker takes it)
//!   ├──expire──> EXPIRED                    (its time is over)
//!   └──abandon──> ABANDONED                 (the asker gave up)
//! ```
//!
//! The first of the three steps decides, and whoever takes it takes the asker's waker over, if one lies there by then; an
//! asker that comes later sees what was decided.
//!
//! The waker is two words. Whoever decides copies them before its step, and the copy is good if nothing has changed up to
//! the step: an asker that leaves another waker in place of the first takes the bit of the first away and sets `MOVED`, for
//! good. Where that is set, the words are read after the step instead: from then on they are left alone.
//!
//! Two sides have the memory, asker and answerer. Each sets its bit when it is done with it, and the second one frees it. An
//! answerer decides and leaves in one step, so that an asker who finds both needs no step at all.
#![allow(
    unsafe_code,
    reason = "a waker is handed over by the bits of a word, and the last of two sides goes"
)]

use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll, RawWakerVTable, Waker};

use super::OnceBox;
use crate::sync::Lock;
use crate::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// The asker's waker lies in its place. Means nothing any more once something is decided.
const ASKER: u32 = 1;
/// The answerer's waker was left.
const ANSWERER: u32 = 1 << 1;
/// The answer lies in its place.
pub(super) const ANSWERED: u32 = 1 << 2;
pub(super) const EXPIRED: u32 = 1 << 3;
pub(super) const ABANDONED: u32 = 1 << 4;
/// Something was decided.
const DECIDED: u32 = ANSWERED | EXPIRED | ABANDONED;
/// The asker has left more than one waker.
const MOVED: u32 = 1 << 5;
/// The asker does not use the memory any more.
pub(super) const ASKER_LEFT: u32 = 1 << 6;
/// The answerer does not use the memory any more.
pub(super) const ANSWERER_LEFT: u32 = 1 << 7;

/// The part of an exchange that does not depend on question and answer. `X` is for the use of both sides.
pub(crate) struct Course<X> {
    state: AtomicU32,
    asker: WakerPlace,
    /// Made when first needed: few answerers want to know whether anybody waits.
    answerer: OnceBox<Lock<Option<Waker>>>,
    terms: X,
}

/// Room for a waker. Words, so that one who reads them while others are written reads what makes no sense, and no harm.
struct WakerPlace {
    data: AtomicPtr<()>,
    table: AtomicPtr<RawWakerVTable>,
}

#[derive(Clone, Copy, PartialEq)]
struct Words {
    data: *const (),
    table: *const RawWakerVTable,
}

/// What the one who decided has got.
pub(super) struct Decided {
    before: u32,
    pub(super) asker: Option<Waker>,
    /// Whether its side has left with the step.
    pub(super) has_left: bool,
}

/// Who is to be told that an exchange is over.
#[must_use]
pub(crate) struct Wakers {
    asker: Option<Waker>,
    answerer: Option<Waker>,
}

impl<X> Course<X> {
    #[inline(always)]
    pub(super) fn new(terms: X, asker: Option<&Waker>) -> Self {
        let state = if asker.is_some() { ASKER } else { 0 };
        Self { state: AtomicU32::new(state), asker: WakerPlace::new(asker), answerer: OnceBox::new(), terms }
    }

    pub(crate) fn terms(&self) -> &X {
        &self.terms
    }

    /// Whether an answer would still be taken.
    pub(crate) fn is_open(&self) -> bool {
        self.state() & DECIDED == 0
    }

    #[inline]
    pub(crate) fn has_expired(&self) -> bool {
        self.state() & EXPIRED != 0
    }

    #[inline(always)]
    pub(super) fn state(&self) -> u32 {
        self.state.load(Ordering::Acquire)
    }

    /// The time is over, unless something was decided already.
    pub(crate) fn expire(&self) -> Wakers {
        // SAFETY: it is borrowed, and nobody leaves.
        match unsafe { Self::decide(NonNull::from(self), EXPIRED, 0) } {
            Ok(decided) => Wakers { asker: decided.asker, answerer: self.take_answerer(decided.before) },
            Err(_) => Wakers { asker: None, answerer: None },
        }
    }

    /// The asker gives up, unless something was decided already: what, is the error.
    pub(super) fn abandon(&self) -> Result<(), u32> {
        // SAFETY: as above.
        let Decided { before, asker, .. } = unsafe { Self::decide(NonNull::from(self), ABANDONED, 0) }?;
        drop(asker);
        Wakers { asker: None, answerer: self.take_answerer(before) }.wake();
        Ok(())
    }

    /// Takes the step that decides, unless somebody else has.
    ///
    /// # Errors
    ///
    /// The state, if something is decided; nothing was done.
    ///
    /// # Safety
    ///
    /// The memory is there; it is the caller's side whose bit is in `leaves`, if one is.
    #[inline(always)]
    pub(super) unsafe fn decide(this: NonNull<Self>, decision: u32, leaves: u32) -> Result<Decided, u32> {
        let this = this.as_ptr();
        // SAFETY: it is there until the step. Nothing else is borrowed: with the step it may go.
        let (bits, place) = unsafe { (&(*this).state, &(*this).asker) };
        let mut state = bits.load(Ordering::Acquire);
        loop {
            if state & DECIDED != 0 {
                return Err(state);
            }
            let is_moved = state & MOVED != 0;
            let words = place.words();
            let decided = state | decision | if is_moved { 0 } else { leaves };
            match bits.compare_exchange(state, decided, Ordering::AcqRel, Ordering::Acquire) {
                Err(current) => state = current,
                Ok(before) => {
                    let words = if is_moved { place.words() } else { words };
                    // SAFETY: the bit says that they were written. They are the first ones, or nobody writes others any
                    // more. Whoever decided takes them, once.
                    let asker = (before & ASKER != 0).then(|| unsafe { words.into_waker() });
                    return Ok(Decided { before, asker, has_left: !is_moved });
                }
            }
        }
    }

    /// Has the asker woken when something is decided; false if something is.
    ///
    /// # Safety
    ///
    /// For the asker, which is one.
    pub(super) unsafe fn leave_waker(&self, waker: &Waker) -> bool {
        let mut state = self.state();
        while state & ASKER != 0 {
            if state & DECIDED != 0 {
                return false;
            }
            let words = self.asker.words();
            // Compared, not used: whoever decides meanwhile may have dropped it.
            if words == Words::of(waker) {
                return true;
            }
            let moved = (state & !ASKER) | MOVED;
            match self.state.compare_exchange(state, moved, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: they were written by this side, and the bit that offered them to others is gone.
                Ok(_) => {
                    drop(unsafe { words.into_waker() });
                    break;
                }
                Err(current) => state = current,
            }
        }
        let waker = ManuallyDrop::new(waker.clone());
        self.asker.write(Words::of(&waker));
        if self.state.fetch_or(ASKER, Ordering::AcqRel) & DECIDED == 0 {
            return true;
        }
        // Decided before the bit was there: nobody has taken it.
        drop(ManuallyDrop::into_inner(waker));
        false
    }

    /// Completes when no answer would be taken any more.
    pub(super) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_open() {
            return Poll::Ready(());
        }
        let answerer = self.answerer.get_or_init(|| Lock::new(None));
        let before = answerer.lock().replace(cx.waker().clone());
        drop(before);
        let before = self.state.fetch_or(ANSWERER, Ordering::AcqRel);
        if before & DECIDED != 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    fn take_answerer(&self, before: u32) -> Option<Waker> {
        if before & ANSWERER == 0 { None } else { self.answerer.get()?.lock().take() }
    }

    /// Sets the bit of the side that leaves; true if the other one has left before, so that the memory is to be freed.
    ///
    /// # Safety
    ///
    /// The memory is there and the caller does not use it afterwards, unless to free it.
    #[inline]
    pub(super) unsafe fn leave(this: NonNull<Self>, side: u32) -> bool {
        // SAFETY: it is there until the step. Nothing else is borrowed.
        let bits = unsafe { &(*this.as_ptr()).state };
        bits.fetch_or(side, Ordering::AcqRel) & (ASKER_LEFT | ANSWERER_LEFT) != 0
    }
}

impl Wakers {
    pub(crate) fn wake(self) {
        self.asker.into_iter().chain(self.answerer).for_each(Waker::wake);
    }
}

impl WakerPlace {
    #[inline(always)]
    fn new(waker: Option<&Waker>) -> Self {
        let words = match waker {
            Some(waker) => Words::of(&ManuallyDrop::new(waker.clone())),
            None => Words { data: ptr::null(), table: ptr::null() },
        };
        Self { data: AtomicPtr::new(words.data.cast_mut()), table: AtomicPtr::new(words.table.cast_mut()) }
    }

    #[inline(always)]
    fn words(&self) -> Words {
        Words { data: self.data.load(Ordering::Relaxed), table: self.table.load(Ordering::Relaxed) }
    }

    fn write(&self, words: Words) {
        self.data.store(words.data.cast_mut(), Ordering::Relaxed);
        self.table.store(words.table.cast_mut(), Ordering::Relaxed);
    }
}

impl Words {
    #[inline(always)]
    fn of(waker: &Waker) -> Self {
        Self { data: waker.data(), table: waker.vtable() }
    }

    /// # Safety
    ///
    /// They are those of one waker, which nobody else uses or drops.
    #[inline(always)]
    unsafe fn into_waker(self) -> Waker {
        // SAFETY: tables live for ever; the rest is as the caller promises.
        unsafe { Waker::new(self.data, &*self.table) }
    }
}
