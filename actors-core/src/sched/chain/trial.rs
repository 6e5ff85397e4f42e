//! Whether those in line are better off together on one thread or apart on several: tried out, and seen.
//!
//! Two threads do twice as much, and fetch from each other what both of them use. Which of the two is more depends on the machine and
//! on what the actors do, and cannot be told from how long the turns take. So the other way is tried for a moment, and kept if
//! more messages were handled in that time.
//!
//! ```text
//!  Resting ── pause over, and there is a choice ─> Before ──> Settling ──> After ── more handled: the other way is kept
//!     ^                              in this way      other way: waits, counts  ^ │  └ else back to the way it was
//!     │                                                                         └─┘ ever more is handled
//!     └────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! They may be on several threads from the beginning, for each came to where somebody called for it. What is handled then says nothing
//! of one thread: they are kept apart, and being together is what is tried.
//!
//! After Hellerstein, Morrison and Eilebrecht, "Optimizing Concurrency Levels in the .NET ThreadPool", which climbs a hill in the
//! same manner; here it has two places. Pure: it is told what happened in each tick.

use std::time::Duration;

/// Ticks that are counted before, and as many after.
const COUNTED: u32 = 4;

/// Ticks until others have found their way to one thread, or to several.
const SETTLING: u32 = 2;

/// So many times as much has to be handled in the other way for it to be kept: less may be chance.
const WORTH_A_CHANGE: f64 = 1.1;

/// With so many times as much as in the last count, or more, it is too early to tell: actors that go to another thread take their
/// memory along, which may take longer than a count.
const SETTLED: f64 = 1.05;

/// Ticks from one trial to the next, at least and at most: those that change nothing follow one another ever more slowly.
const PAUSES: std::ops::RangeInclusive<u32> = 32..=1024;

/// Ticks without a choice after which all is as in the beginning.
const FORGETTING: u32 = 64;

/// How those in line are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// On the thread they are on, unless their turns are long.
    #[default]
    Together,
    /// On as many threads as have time for them.
    Apart,
}

/// What was seen of all lines in a tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Messages.
    pub(super) handled: u64,
    /// Whether there were those in line who could be taken apart.
    pub(super) had_choice: bool,
    /// Whether several threads handled about as much.
    pub(super) was_spread: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Trial {
    way: Way,
    phase: Phase,
    /// Ticks that are left of the phase.
    left: u32,
    pause: u32,
    /// Ticks since there was a choice.
    since_choice: u32,
    count: Count,
}

#[derive(Debug)]
enum Phase {
    Resting,
    Before,
    Settling {
        before: Count,
    },
    /// `last` is what came before this count: with more now, they have not settled yet.
    After {
        before: Count,
        last: Count,
    },
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    lasted: Duration,
    handled: u64,
    /// Ticks, and those in which several threads handled about as much.
    ticks: u32,
    spread: u32,
}

impl Way {
    fn other(self) -> Self {
        match self {
            Self::Together => Self::Apart,
            Self::Apart => Self::Together,
        }
    }
}

impl Count {
    fn add(&mut self, seen: Seen, lasted: Duration) {
        self.lasted += lasted;
        self.handled += seen.handled;
        self.ticks += 1;
        self.spread += u32::from(seen.was_spread);
    }

    fn was_spread(self) -> bool {
        self.spread == self.ticks
    }

    fn rate(self) -> f64 {
        self.handled as f64 / self.lasted.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Default for Trial {
    fn default() -> Self {
        Self {
            way: Way::default(),
            phase: Phase::Resting,
            left: COUNTED,
            pause: *PAUSES.start(),
            since_choice: 0,
            count: Count::default(),
        }
    }
}

impl Trial {
    /// A tick has passed, which lasted so long; how it is to go on.
    pub(super) fn tick(&mut self, seen: Seen, lasted: Duration) -> Way {
        self.since_choice = if seen.had_choice { 0 } else { self.since_choice.saturating_add(1) };
        if self.since_choice > FORGETTING {
            *self = Self::default();
            return self.way;
        }
        self.count.add(seen, lasted);
        self.left = self.left.saturating_sub(1);
        if self.left > 0 || matches!(self.phase, Phase::Resting) && !seen.had_choice {
            return self.way;
        }
        let count = std::mem::take(&mut self.count);
        (self.phase, self.left) = match self.phase {
            Phase::Resting => (Phase::Before, COUNTED),
            Phase::Before if self.way == Way::Together && count.was_spread() => {
                self.way = Way::Apart;
                (Phase::Resting, COUNTED)
            }
            Phase::Before => {
                self.way = self.way.other();
                (Phase::Settling { before: count }, SETTLING)
            }
            Phase::Settling { before } => (Phase::After { before, last: count }, COUNTED),
            Phase::After { before, .. } if count.rate() > before.rate() * WORTH_A_CHANGE => {
                self.pause = *PAUSES.start();
                (Phase::Resting, self.pause)
            }
            Phase::After { before, last } if count.rate() > last.rate() * SETTLED => {
                (Phase::After { before, last: count }, COUNTED)
            }
            Phase::After { .. } => {
                self.way = self.way.other();
                self.pause = (self.pause * 2).min(*PAUSES.end());
                (Phase::Resting, self.pause)
            }
        };
        self.way
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(1);

    fn seen(handled: u64) -> Seen {
        Seen { handled, had_choice: true, was_spread: false }
    }

    /// So many ticks on a machine that handles this much in one, together and apart. Gives how many of them were apart.
    fn go_on(trial: &mut Trial, ticks: u32, together: u64, apart: u64) -> u32 {
        (0..ticks)
            .filter(|_| {
                let handled = if trial.way == Way::Together { together } else { apart };
                trial.tick(seen(handled), TICK) == Way::Apart
            })
            .count() as u32
    }

    #[test]
    fn the_way_on_which_more_is_handled_is_taken_and_kept() {
        let mut trial = Trial::default();
        go_on(&mut trial, 20, 1000, 1500);
        assert_eq!(trial.way, Way::Apart);
        assert!(go_on(&mut trial, 10_000, 1000, 1500) > 9_800, "but for trials of the other way");
    }

    #[test]
    fn a_little_more_is_no_reason() {
        let mut trial = Trial::default();
        assert!(go_on(&mut trial, 10_000, 1000, 1050) < 200);
        assert_eq!(trial.way, Way::Together);
    }

    #[test]
    fn trials_that_change_nothing_become_seldom() {
        let mut trial = Trial::default();
        let first = go_on(&mut trial, 500, 1000, 500);
        go_on(&mut trial, 5_000, 1000, 500);
        let later = go_on(&mut trial, 500, 1000, 500);
        assert!(first >= 3 * (SETTLING + COUNTED) && later <= SETTLING + COUNTED, "{first} {later}");
    }

    #[test]
    fn what_has_changed_is_noticed() {
        let mut trial = Trial::default();
        go_on(&mut trial, 1_000, 1000, 2000);
        assert_eq!(trial.way, Way::Apart);
        go_on(&mut trial, 2 * PAUSES.end(), 1000, 300);
        assert_eq!(trial.way, Way::Together);
        go_on(&mut trial, 2 * PAUSES.end(), 1000, 2000);
        assert_eq!(trial.way, Way::Apart);
    }

    #[test]
    fn those_who_get_faster_and_faster_are_given_time() {
        let mut trial = Trial::default();
        let mut handled = 400;
        while trial.way == Way::Together {
            trial.tick(seen(1000), TICK);
        }
        for _ in 0..40 {
            trial.tick(seen(handled), TICK);
            handled = (handled + 50).min(1500);
        }
        assert_eq!(trial.way, Way::Apart);
    }

    #[test]
    fn those_who_are_apart_by_themselves_are_kept_so_unless_they_are_better_off_together() {
        for (together, expected) in [(900, Way::Apart), (1_050, Way::Apart), (2_000, Way::Together)] {
            let mut trial = Trial::default();
            for tick in 0..200 {
                // Once they are to be together they find each other.
                let was_spread = trial.way == Way::Apart || tick < 2 * COUNTED;
                let handled = if was_spread { 1_000 } else { together };
                trial.tick(Seen { was_spread, ..seen(handled) }, TICK);
            }
            assert_eq!(trial.way, expected, "{together}");
        }
        let mut trial = Trial::default();
        for _ in 0..10 * COUNTED {
            trial.tick(Seen { was_spread: true, ..seen(1_000) }, TICK);
        }
        assert_eq!(trial.way, Way::Apart, "it makes no difference, and they are");
    }

    #[test]
    fn nothing_is_tried_without_need_and_all_is_forgotten_after_a_while() {
        let mut trial = Trial::default();
        for _ in 0..1_000 {
            let seen = Seen { had_choice: false, ..seen(1000) };
            assert_eq!(trial.tick(seen, TICK), Way::Together);
        }
        go_on(&mut trial, 20, 1000, 2000);
        assert_eq!(trial.way, Way::Apart);
        for _ in 0..=FORGETTING {
            trial.tick(Seen::default(), TICK);
        }
        assert_eq!(trial.way, Way::Together);
    }
}
