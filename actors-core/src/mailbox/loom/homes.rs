//! Counts of homes.

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::model;
use crate::mailbox::Home;
use crate::sync::UnsafeCell;

/// What lives in a home. Loom sees when somebody reads while somebody drops it.
struct Guest {
    number: UnsafeCell<u32>,
    gone: Arc<AtomicUsize>,
}

#[allow(unsafe_code, reason = "the home says when the guest may be read, and when it is dropped")]
// SAFETY: it is read only until it is dropped.
unsafe impl Sync for Guest {}

#[allow(unsafe_code, reason = "as above")]
impl Guest {
    fn read(&self) -> u32 {
        // SAFETY: nobody writes before it is dropped.
        self.number.with(|number| unsafe { *number })
    }
}

#[allow(unsafe_code, reason = "as above")]
impl Drop for Guest {
    fn drop(&mut self) {
        // SAFETY: nobody reads it any more.
        self.number.with_mut(|number| unsafe { *number = 0 });
        self.gone.fetch_add(1, Ordering::Relaxed);
    }
}

fn guest() -> (Home<Guest>, Arc<AtomicUsize>) {
    let gone = Arc::new(AtomicUsize::new(0));
    (Home::new(Guest { number: UnsafeCell::new(7), gone: gone.clone() }), gone)
}

/// All counts are gone, and the memory is where the next one finds it.
fn assert_is_empty(place: *const Guest, gone: &AtomicUsize) {
    assert_eq!(gone.load(Ordering::Relaxed), 1);
    assert_eq!(&raw const *guest().0, place);
}

#[test]
fn whoever_gives_the_last_count_back_drops_the_content_after_all_others_have_read_it() {
    model(|| {
        let (home, gone) = guest();
        let place = &raw const *home;
        let others =
            [home.clone(), home.clone()].map(|home| thread::spawn(move || assert_eq!(home.read(), 7)));
        assert_eq!(home.read(), 7);
        drop(home);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_is_empty(place, &gone);
    });
}

#[test]
fn a_weak_count_becomes_a_strong_one_as_long_as_there_is_another() {
    model(|| {
        let (home, gone) = guest();
        let (place, weak) = (&raw const *home, home.downgrade());
        let other = {
            let weak = weak.clone();
            thread::spawn(move || weak.upgrade().is_none_or(|home| home.read() == 7))
        };
        let third = thread::spawn(move || drop(weak));
        drop(home);
        assert!(other.join().unwrap());
        third.join().unwrap();
        assert_is_empty(place, &gone);
    });
}
