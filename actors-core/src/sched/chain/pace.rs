//! When a chain has gone on for long enough, and whether its turns are worth a thread of their own. Pure: it is told the time.

use std::time::Duration;

/// How long a chain may keep its thread. Tasks beside it wait as long.
const LONGEST: Duration = Duration::from_micros(50);

/// Turns that a chain may have whatever the clock says: as many as an actor handles messages in one.
const FEWEST: u32 = 64;

/// The average from which on turns are long: others that wait for theirs are better off on another thread, though that has to
/// be woken and to fetch their memory.
const LONG_TURN: Duration = Duration::from_micros(10);

/// Turns between two looks at the clock, but for the first ones.
const STRIDE: u32 = 32;

/// The turns of one chain.
#[derive(Debug)]
pub(super) struct Pace {
    turns: u32,
    /// Turns at the last look at the clock, and the time since the beginning then.
    seen: (u32, Duration),
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
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { turns: 0, seen: (0, Duration::ZERO) }
    }

    /// A turn is over. Whether to look at the clock: seldom, for that takes as long as half a turn.
    pub(super) fn count(&mut self) -> bool {
        self.turns += 1;
        self.turns.is_power_of_two() || self.turns.is_multiple_of(STRIDE)
    }

    /// So much time has passed since the beginning.
    pub(super) fn judge(&mut self, passed: Duration) -> Verdict {
        let (turns, time) = std::mem::replace(&mut self.seen, (self.turns, passed));
        let since = self.turns.saturating_sub(turns).max(1);
        if passed.saturating_sub(time) > LONG_TURN * since {
            Verdict::Spread
        } else if passed > LONGEST && self.turns >= FEWEST {
            Verdict::Enough
        } else {
            Verdict::GoOn
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done after each of so many turns of this length.
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
        assert_eq!(verdicts(2, Duration::from_micros(11)).last(), Some(&(2, Verdict::Spread)));
    }

    #[test]
    fn short_turns_go_on_for_a_while() {
        let verdicts = verdicts(1024, Duration::from_nanos(100));
        let first_not = verdicts.iter().find(|(_, verdict)| *verdict != Verdict::GoOn);
        assert_eq!(first_not, Some(&(512, Verdict::Enough)), "50 us are over");
    }

    #[test]
    fn one_long_turn_among_short_ones_is_seen_with_the_next_look() {
        let mut pace = Pace::new();
        assert!(pace.count());
        assert_eq!(pace.judge(Duration::from_nanos(100)), Verdict::GoOn);
        assert!(pace.count());
        assert_eq!(pace.judge(Duration::from_micros(30)), Verdict::Spread);
    }
}
