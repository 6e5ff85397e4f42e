//! How long to wait before a restart.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Delays that double from restart to restart, with jitter, so that what failed together does not return together.
///
/// The series begins anew when the actor has run for half of the least and the longest delay together, as Pekko's does.
///
/// ```
/// # use actors_core::Backoff;
/// # use std::time::Duration;
/// // 100 ms, 200 ms, 400 ms and so on up to 10 s, each up to 10 % longer.
/// let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10)).jitter(0.1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    jitter: f64,
}

impl Backoff {
    /// Doubles from `min` up to `max`; each delay is made up to 20 % longer at random, but stays within the two.
    ///
    /// # Panics
    ///
    /// If `min` is zero or larger than `max`.
    #[track_caller]
    pub fn exponential(min: Duration, max: Duration) -> Self {
        assert!(!min.is_zero() && min <= max, "a backoff goes from a least delay above 0 to a larger one");
        Self { min, max, jitter: 0.2 }
    }

    /// Makes each delay up to this share longer at random; 0 for none. What would be longer than the longest delay is
    /// made shorter than that by as much.
    ///
    /// # Panics
    ///
    /// If the share is negative, infinite or not a number.
    #[must_use]
    #[track_caller]
    pub fn jitter(mut self, share: f64) -> Self {
        assert!(share >= 0.0 && share.is_finite(), "jitter is a share of the delay, 0 or more");
        self.jitter = share;
        self
    }

    /// A life that lasted as long as this was calm.
    fn calm_after(&self) -> Duration {
        self.min + (self.max - self.min) / 2
    }

    /// [`delay`](Self::delay) with a random number of its own: the standard library seeds its hasher at random.
    pub(crate) fn random_delay(&self, nth: u32) -> Duration {
        self.delay(nth, RandomState::new().hash_one(nth) as f64 / u64::MAX as f64)
    }

    /// The delay before restart number `nth` in a row, counted from 0; `random` is between 0 and 1.
    pub(crate) fn delay(&self, nth: u32, random: f64) -> Duration {
        let doubled = 2u32.checked_pow(nth).and_then(|factor| self.min.checked_mul(factor));
        let delay = doubled.unwrap_or(self.max).min(self.max);
        let extra = Duration::try_from_secs_f64(delay.as_secs_f64() * self.jitter * random);
        let (longer, room) = (extra.unwrap_or(Duration::MAX), self.max - delay);
        match longer.checked_sub(room) {
            Some(beyond) => self.max.saturating_sub(beyond).max(self.min),
            None => delay + longer,
        }
    }
}

/// How far the backoff of one actor has gone.
#[derive(Debug)]
pub(super) struct Retreat {
    backoff: Backoff,
    in_a_row: u32,
}

impl Retreat {
    pub(super) fn new(backoff: Backoff) -> Self {
        Self { backoff, in_a_row: 0 }
    }

    /// The next delay; a life that lasted a while begins the series anew.
    pub(super) fn next(&mut self, lasted: Duration) -> Duration {
        if lasted >= self.backoff.calm_after() {
            self.in_a_row = 0;
        }
        let delay = self.backoff.random_delay(self.in_a_row);
        self.in_a_row = self.in_a_row.saturating_add(1);
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(1)).jitter(0.0);
        let delays: Vec<_> = (0..6).map(|nth| backoff.delay(nth, 0.7).as_millis()).collect();
        assert_eq!(delays, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.delay(u32::MAX, 0.0), Duration::from_secs(1));
    }

    #[test]
    fn jitter_spreads_between_the_least_and_the_longest_delay() {
        let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(1)).jitter(0.5);
        let delays = |nth| [0.0, 0.5, 1.0].map(|random| backoff.delay(nth, random).as_millis());
        assert_eq!(delays(0), [100, 125, 150]);
        assert_eq!(delays(3), [800, 1000, 800], "200 ms beyond the longest are 200 ms before it");
        assert_eq!(delays(9), [1000, 750, 500]);
        let wild = backoff.jitter(1e300);
        assert_eq!([wild.delay(0, 1.0), wild.delay(u32::MAX, 1.0)], [Duration::from_millis(100); 2]);
        let fixed = Backoff::exponential(Duration::from_secs(1), Duration::from_secs(1));
        assert_eq!(fixed.delay(5, 1.0), Duration::from_secs(1));
    }

    #[test]
    fn a_calm_life_begins_the_series_anew() {
        let backoff = Backoff::exponential(Duration::from_secs(1), Duration::from_secs(9)).jitter(0.0);
        let mut retreat = Retreat::new(backoff);
        let delays = [0, 4, 4, 5, 0].map(|lasted| retreat.next(Duration::from_secs(lasted)).as_secs());
        assert_eq!(delays, [1, 2, 4, 1, 2]);
    }
}
