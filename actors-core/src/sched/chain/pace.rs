//! When a chain has gone on for long enough, and whether its turns are worth a thread of their own. Pure: it is told the time.

use std::time::Duration;

/// How long a chain may keep its thread, if it has had its [`FEWEST`] turns. Tasks beside it wait as long.
const LONGEST: Duration = Duration::from_micros(100);

/// Turns that a chain may have whatever the clock says: as many as an actor handles messages in one.
const FEWEST: u32 = 64;

/// How long it may keep its thread at all: turns of many slow messages are not that many.
const LONGEST_AT_ALL: Duration = Duration::from_millis(1);

/// From this average on, others that wait are better off on another thread, though that has to be woken and to fetch their memory.
const WORTH_A_THREAD: Duration = Duration::from_micros(5);

/// Of a single turn it is seen only if it is as long as this: less may be the machine's doing.
const LONG_TURN: Duration = Duration::from_micros(100);

/// Turns between two looks at the clock, but for the first ones.
const STRIDE: u32 = 32;

/// The turns of one chain.
#[derive(Debug)]
pub(super) struct Pace {
    turns: u32,
    /// The time since the beginning at the last look at the clock.
    seen: Duration,
}

/// What to do with those in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The next one's turn.
    GoOn,
    /// The next one's turn; the others are better off elsewhere.
    Spread,
    /// Later.
    Enough,
    /// Later, and better off elsewhere.
    EnoughHere,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { turns: 0, seen: Duration::ZERO }
    }

    /// A turn is over. Whether to look at the clock: seldom, for that takes as long as half a turn.
    #[inline]
    pub(super) fn count(&mut self) -> bool {
        self.turns += 1;
        self.turns.is_power_of_two() || self.turns.is_multiple_of(STRIDE)
    }

    /// How long so many that wait will take, if they take as long as those before, which took so long.
    pub(super) fn work(&self, passed: Duration, waiting: usize) -> Duration {
        passed / self.turns.max(1) * waiting.try_into().unwrap_or(u32::MAX)
    }

    /// So much time has passed since the beginning.
    pub(super) fn judge(&mut self, passed: Duration) -> Verdict {
        let since = passed.saturating_sub(std::mem::replace(&mut self.seen, passed));
        let may_end = self.turns >= FEWEST || passed > LONGEST_AT_ALL;
        if may_end && passed > LONGEST {
            if passed > WORTH_A_THREAD * self.turns { Verdict::EnoughHere } else { Verdict::Enough }
        } else if since > LONG_TURN {
            Verdict::Spread
        } else {
            Verdict::GoOn
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done after each of so many turns of this length, where the clock is looked at.
    fn verdicts(turns: u32, each: Duration) -> Vec<(u32, Verdict)> {
        let mut pace = Pace::new();
        let mut verdicts = Vec::new();
        for turn in 1..=turns {
            if pace.count() {
                verdicts.push((turn, pace.judge(each * turn)));
            }
        }
        verdicts
    }

    #[test]
    fn a_long_turn_is_seen_at_once() {
        assert_eq!(verdicts(1, Duration::from_millis(1)), [(1, Verdict::Spread)]);
        assert_eq!(verdicts(2, Duration::from_micros(101)).last(), Some(&(2, Verdict::Spread)));
    }

    #[test]
    fn very_long_turns_are_not_that_many() {
        let verdicts = verdicts(4, Duration::from_micros(600));
        assert_eq!(verdicts, [(1, Verdict::Spread), (2, Verdict::EnoughHere), (4, Verdict::EnoughHere)]);
    }

    #[test]
    fn short_turns_go_on_for_a_while() {
        let verdicts = verdicts(2048, Duration::from_nanos(100));
        let first_not = verdicts.iter().find(|(_, verdict)| *verdict != Verdict::GoOn);
        assert_eq!(first_not, Some(&(1024, Verdict::Enough)), "100 us are over");
    }

    #[test]
    fn turns_that_are_neither_are_shared_after_a_while() {
        let verdicts = verdicts(64, Duration::from_micros(6));
        assert_eq!(verdicts.last(), Some(&(64, Verdict::EnoughHere)));
        assert!(verdicts[..3].iter().all(|(_, verdict)| *verdict == Verdict::GoOn));
    }

    #[test]
    fn one_long_turn_among_short_ones_is_seen_with_the_next_look() {
        let mut pace = Pace::new();
        assert!(pace.count());
        assert_eq!(pace.judge(Duration::from_nanos(100)), Verdict::GoOn);
        assert!(pace.count());
        assert_eq!(pace.judge(Duration::from_micros(130)), Verdict::Spread);
    }
}
