//! The exchanges under way, for whoever watches over their time.
//!
//! A roll has places, each free or with the course of one exchange. An asker takes a free place by one step and gives it back
//! by another, on whatever thread it is then; no lock is taken, and nothing is counted. Threads have rows of places of their
//! own, as far as there are rows, and each row goes round, so that the next place is nearly always free.
//!
//! The one who [calls](Roll::call) the roll holds each place for as long as it looks at what is there; an asker that is about
//! to leave waits for that. It changes every place, also those that are free: whoever enters at the same time is either seen,
//! or sees all that was done before the call.
//!
//! A row that is more than half full gets twice as many places. The old ones are used up and remain until the roll goes.
#![allow(unsafe_code, reason = "who waits is found through a pointer that it takes back itself")]

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicUsize as Count;

use super::course::Course;
use crate::sync::atomic::{AtomicPtr, Ordering};
use crate::sync::{Lock, relax};

/// Places of a row at first.
#[cfg(not(actors_loom))]
const FEWEST: usize = 64;
#[cfg(actors_loom)]
const FEWEST: usize = 1;

pub(crate) struct Roll<X> {
    rows: Box<[Row<X>]>,
    calling: Lock<()>,
    /// Those that learned here which row is theirs.
    threads: Count,
}

// SAFETY: a course is only looked at, by whoever calls.
unsafe impl<X: Send + Sync> Send for Roll<X> {}
// SAFETY: as above.
unsafe impl<X: Send + Sync> Sync for Roll<X> {}

#[repr(align(64))]
struct Row<X> {
    /// Where the next one enters.
    newest: AtomicPtr<Places<X>>,
    /// Which place was taken last. A hint: threads that share a row may count the same twice.
    last: Count,
    growing: Lock<()>,
}

struct Places<X> {
    /// As many as a power of two.
    all: Box<[Place<X>]>,
    /// From a box, or null. Threads may still be about to enter there.
    older: *mut Places<X>,
}

/// Null, the course that has entered, or [`HELD`].
pub(super) struct Place<X>(AtomicPtr<Course<X>>);

/// A place that an exchange has.
pub(super) struct Entry<X>(NonNull<Place<X>>);

thread_local! {
    /// Which row this thread uses: 0 as long as it does not know.
    static ROW: Cell<usize> = const { Cell::new(0) };
}

fn held<X>() -> *mut Course<X> {
    ptr::without_provenance_mut(1)
}

impl<X> Roll<X> {
    /// With so many rows at least.
    pub(crate) fn new(rows: usize) -> Self {
        let rows = (0..rows.next_power_of_two()).map(|_| Row::new()).collect();
        Self { rows, calling: Lock::new(()), threads: Count::new(0) }
    }

    /// # Safety
    ///
    /// The course stays where it is until the entry is struck out.
    #[inline(always)]
    pub(super) unsafe fn enter(&self, course: NonNull<Course<X>>) -> Entry<X> {
        let row = match ROW.get() {
            0 => self.find_row(),
            row => row,
        };
        // SAFETY: there are one more than the largest number that is left, a power of two.
        let row = unsafe { self.rows.get_unchecked(row & (self.rows.len() - 1)) };
        let place = row.next_place();
        if place.take(course) { Entry(NonNull::from(place)) } else { row.enter_elsewhere(course) }
    }

    #[cold]
    fn find_row(&self) -> usize {
        ROW.set(self.threads.fetch_add(1, Ordering::Relaxed) + 1);
        ROW.get()
    }

    /// Has a look at everybody who is on the roll, and wakes whom `look` says.
    ///
    /// Whoever enters meanwhile may be missed, but sees then what was done before the call.
    pub(crate) fn call<W>(&self, mut look: impl FnMut(&Course<X>) -> Option<W>, mut wake: impl FnMut(W)) {
        let _calling = self.calling.lock();
        for row in &self.rows {
            // A change, as with places: whoever makes new ones meanwhile sees what was done before.
            let mut places = Some(row.newest());
            while let Some(at) = places {
                for place in &at.all {
                    place.hold(&mut look).into_iter().for_each(&mut wake);
                }
                // SAFETY: null, or alive as long as the row.
                places = unsafe { at.older.as_ref() };
            }
        }
    }
}

impl<X> Row<X> {
    fn new() -> Self {
        Self {
            newest: AtomicPtr::new(Places::of(FEWEST, ptr::null_mut())),
            last: Count::new(0),
            growing: Lock::new(()),
        }
    }

    #[inline(always)]
    fn next_place(&self) -> &Place<X> {
        // SAFETY: never null, and alive as long as the row.
        let places = unsafe { &*self.newest.load(Ordering::Acquire) };
        // Not one step: if two threads take the same turn, one of them looks further.
        let turn = self.last.load(Ordering::Relaxed).wrapping_add(1);
        self.last.store(turn, Ordering::Relaxed);
        // SAFETY: there are one more than the largest number that is left, a power of two.
        unsafe { places.all.get_unchecked(turn & (places.all.len() - 1)) }
    }

    /// The newest places, by a step that changes them.
    fn newest(&self) -> &Places<X> {
        let newest = self.newest.load(Ordering::Relaxed);
        match self.newest.compare_exchange(newest, newest, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: as in `next_place`.
            Ok(newest) | Err(newest) => unsafe { &*newest },
        }
    }

    #[cold]
    #[inline(never)]
    fn enter_elsewhere(&self, course: NonNull<Course<X>>) -> Entry<X> {
        let mut missed = 1;
        loop {
            let place = self.next_place();
            if place.take(course) {
                return Entry(NonNull::from(place));
            }
            missed += 1;
            self.grow_if_beyond(missed);
        }
    }

    /// Has twice as many places from now on, if so many that are taken are more than half of them.
    fn grow_if_beyond(&self, taken: usize) {
        // SAFETY: as in `next_place`.
        let places = |newest: *mut Places<X>| unsafe { &*newest }.all.len();
        if taken <= places(self.newest.load(Ordering::Acquire)) / 2 {
            return;
        }
        let _growing = self.growing.lock();
        let newest = self.newest.load(Ordering::Acquire);
        if taken > places(newest) / 2 {
            self.newest.swap(Places::of(places(newest) * 2, newest), Ordering::AcqRel);
        }
    }
}

impl<X> Places<X> {
    fn of(number: usize, older: *mut Self) -> *mut Self {
        let free = || Place(AtomicPtr::new(ptr::null_mut()));
        Box::into_raw(Box::new(Self { all: (0..number).map(|_| free()).collect(), older }))
    }
}

impl<X> Place<X> {
    #[inline(always)]
    fn take(&self, course: NonNull<Course<X>>) -> bool {
        let free = ptr::null_mut();
        self.0.compare_exchange(free, course.as_ptr(), Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Looks at the course that is there, if one is, while it cannot leave.
    fn hold<W>(&self, look: impl FnOnce(&Course<X>) -> Option<W>) -> Option<W> {
        let mut there = self.0.load(Ordering::Relaxed);
        loop {
            let hold = if there.is_null() { there } else { held() };
            match self.0.compare_exchange(there, hold, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => break,
                Err(other) => there = other,
            }
        }
        // SAFETY: its asker strikes it out before it leaves, and waits while the place is held.
        let outcome = look(unsafe { there.as_ref() }?);
        self.0.store(there, Ordering::Release);
        outcome
    }
}

impl<X> Entry<X> {
    /// Gives the place back.
    ///
    /// # Safety
    ///
    /// It is the course that entered.
    #[inline(always)]
    pub(super) unsafe fn strike(self, course: NonNull<Course<X>>) {
        // SAFETY: places are alive as long as somebody is there.
        let place = unsafe { self.0.as_ref() };
        let free = ptr::null_mut();
        if place.0.compare_exchange(course.as_ptr(), free, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            strike_later(place, course);
        }
    }
}

/// The roll is being called.
#[cold]
fn strike_later<X>(place: &Place<X>, course: NonNull<Course<X>>) {
    let mut attempts = 0;
    let strike =
        || place.0.compare_exchange(course.as_ptr(), ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed);
    while strike().is_err() {
        relax(&mut attempts);
    }
}

impl<X> Drop for Row<X> {
    fn drop(&mut self) {
        let mut newest = self.newest.load(Ordering::Acquire);
        while !newest.is_null() {
            // SAFETY: it came from a box, and nobody enters any more.
            let places = unsafe { Box::from_raw(newest) };
            newest = places.older;
            // Whoever is there still gives its place back later: then the places have to be there.
            if places.all.iter().any(|place| !place.0.load(Ordering::Acquire).is_null()) {
                std::mem::forget(places);
            }
        }
    }
}
