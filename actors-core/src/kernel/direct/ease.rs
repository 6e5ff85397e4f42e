//! What is known of how soon an actor answers, and so whether those who ask may take its turns.

use std::cell::Cell;
use std::sync::atomic::{AtomicI16, Ordering};
use std::time::Duration;

use super::SHORT;

/// So many answers in a row have to come within that time before an asker takes a turn.
const LESSONS: i16 = 16;

/// So many more after one that did not.
const PENALTY: i16 = 64;

/// And after somebody else had the turn when it was asked for: whoever answers several who ask at the same time does so best
/// in one turn. Until these have come down to the penalty, nobody looks how long an answer takes.
const CONTENDED: i16 = 4096;

const CONTENDED_NO_MORE: i16 = -PENALTY;

/// Whether askers may take an actor's turns.
pub(crate) struct Ease(AtomicI16);

/// What an asker may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Way {
    /// Ask, and wait.
    Ask,
    /// Ask, and tell how long the answer took.
    Learn,
    /// Take the turn.
    Direct,
}

/// A type of actors, as the address of what names it.
type Kind = fn() -> &'static str;

impl Ease {
    /// Of an actor of which nothing is known.
    pub(crate) fn new() -> Self {
        Self(AtomicI16::new(0))
    }

    /// The way for one that asks now. Until enough is known of the actor itself, what this thread knows of its kind counts: of many actors
    /// each may be asked but seldom.
    #[inline]
    pub(crate) fn way(&self, kind: Kind) -> Way {
        match self.0.load(Ordering::Relaxed) {
            LESSONS.. => Way::Direct,
            0.. if is_known_to_be_easy(kind) => Way::Direct,
            CONTENDED_NO_MORE.. => Way::Learn,
            known => {
                self.count_contended(known);
                Way::Ask
            }
        }
    }

    /// Whether several have asked at the same time, and this has not been asked often enough since: it is counted.
    pub(crate) fn is_still_contended(&self) -> bool {
        let known = self.0.load(Ordering::Relaxed);
        let is_contended = known < CONTENDED_NO_MORE;
        if is_contended {
            self.count_contended(known);
        }
        is_contended
    }

    /// Those who ask at the same time may count one less.
    fn count_contended(&self, known: i16) {
        self.0.store(known + 1, Ordering::Relaxed);
    }

    /// An answer took so long. Those who ask at the same time may count one less.
    pub(crate) fn learn(&self, kind: Kind, took: Duration, way: Way) {
        let known = self.0.load(Ordering::Relaxed);
        let learnt = after_lesson(known, took, way);
        if learnt != known {
            self.0.store(learnt, Ordering::Relaxed);
            with_kind(kind, |place| {
                let (kind, known) = place.get();
                place.set((kind, after_lesson(known, took, way)));
            });
        }
    }

    /// Somebody else has the turn. Of an actor that is asked but seldom that says little.
    #[cold]
    pub(super) fn note_contention(&self) {
        if self.0.load(Ordering::Relaxed) >= LESSONS {
            self.0.store(-CONTENDED, Ordering::Relaxed);
        }
    }
}

/// What is known when an answer has taken so long.
fn after_lesson(known: i16, took: Duration, way: Way) -> i16 {
    match way {
        _ if took <= SHORT => known.saturating_add(1).min(LESSONS),
        Way::Direct => -PENALTY,
        // Others may have been in the way of one that was waited for.
        Way::Ask | Way::Learn => known,
    }
}

/// Whether the last questions to actors of this kind were answered soon, as far as this thread knows.
fn is_known_to_be_easy(kind: Kind) -> bool {
    let mut is_easy = false;
    with_kind(kind, |place| is_easy = place.get().1 >= LESSONS);
    is_easy
}

/// The place of what this thread knows of a kind; another kind may have had it before.
fn with_kind(kind: Kind, look: impl FnOnce(&Cell<(usize, i16)>)) {
    let kind = kind as usize;
    let _ = KINDS.try_with(|places| {
        let place = &places[(kind >> 4) % KINDS_KNOWN];
        if place.get().0 != kind {
            place.set((kind, 0));
        }
        look(place);
    });
}

/// So many kinds of actors a thread knows something of.
const KINDS_KNOWN: usize = 16;

thread_local! {
    /// Kinds of actors, and how many answers of each came in time.
    static KINDS: [Cell<(usize, i16)>; KINDS_KNOWN] = const { [const { Cell::new((0, 0)) }; KINDS_KNOWN] };
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_micros(1);
    const SLOW: Duration = Duration::from_millis(1);

    fn one() -> &'static str {
        "One"
    }

    fn other() -> &'static str {
        "Other"
    }

    #[test]
    fn an_actor_that_answers_soon_again_and_again_may_be_run_by_those_who_ask() {
        let ease = Ease::new();
        for _ in 0..LESSONS {
            assert_eq!(ease.way(one), Way::Learn);
            ease.learn(one, SLOW, Way::Learn);
            ease.learn(one, QUICK, Way::Learn);
        }
        assert_eq!(ease.way(one), Way::Direct);
    }

    #[test]
    fn one_long_turn_of_an_asker_is_the_last_for_a_while() {
        let ease = Ease::new();
        (0..LESSONS).for_each(|_| ease.learn(other, QUICK, Way::Learn));
        ease.learn(other, SLOW, Way::Direct);
        for _ in 0..PENALTY + LESSONS {
            assert_eq!(ease.way(other), Way::Learn);
            ease.learn(other, QUICK, Way::Learn);
        }
        assert_eq!(ease.way(other), Way::Direct);
    }

    #[test]
    fn an_actor_that_several_ask_at_once_is_left_to_itself_for_a_while() {
        fn fourth() -> &'static str {
            "Fourth"
        }
        let ease = Ease::new();
        (0..LESSONS).for_each(|_| ease.learn(fourth, QUICK, Way::Learn));
        ease.note_contention();
        for _ in PENALTY..CONTENDED {
            assert_eq!(ease.way(fourth), Way::Ask);
        }
        assert!(!ease.is_still_contended());
        for _ in 0..PENALTY {
            assert_eq!(ease.way(fourth), Way::Learn);
            ease.learn(fourth, QUICK, Way::Learn);
        }
        assert_eq!(ease.way(fourth), Way::Direct, "as others of its kind");
    }

    #[test]
    fn actors_that_are_seldom_asked_are_like_others_of_their_kind() {
        fn third() -> &'static str {
            "Third"
        }
        let (first, second, slow) = (Ease::new(), Ease::new(), Ease::new());
        slow.learn(third, SLOW, Way::Direct);
        assert_eq!(second.way(third), Way::Learn, "nothing is known of them");
        (0..PENALTY).for_each(|_| Ease::new().learn(third, QUICK, Way::Learn));
        (0..LESSONS).for_each(|_| first.learn(third, QUICK, Way::Learn));
        assert_eq!(second.way(third), Way::Direct);
        assert_eq!(slow.way(third), Way::Learn, "what is known of an actor itself counts more");
        second.note_contention();
        assert_eq!(second.way(third), Way::Direct, "it was asked but seldom");
        second.learn(third, SLOW, Way::Direct);
        assert_eq!(Ease::new().way(third), Way::Learn);
        assert_eq!(first.way(third), Way::Direct);
    }
}
