//! How long to wait before a restart.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Delays that double from restart to restart, with jitter, so that what failed together does not return together.
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
    /// Doubles from `min` up to `max`; each delay is made up to 20 % longer at random.
    ///
    /// # Panics
    ///
    /// If `min` is zero or larger than `max`.
    #[track_caller]
    pub fn exponential(min: Duration, max: Duration) -> Self {
        assert!(!min.is_zero() && min <= max, "a backoff goes from a least delay above 0 to a larger one");
        Self { min, max, jitter: 0.2 }
    }

    /// Makes each delay up to this share longer at random; 0 for none.
    ///
    /// # Panics
    ///
    /// If the share is negative or not a number.
    #[must_use]
    #[track_caller]
    pub fn jitter(mut self, share: f64) -> Self {
        assert!(share >= 0.0, "jitter is a share of the delay, 0 or more");
        self.jitter = share;
        self
    }

    /// The longest delay, without jitter. A life that lasted longer than this counts as calm.
    pub(crate) fn max(&self) -> Duration {
        self.max
    }

    /// [`delay`](Self::delay) with a random number of its own: the standard library seeds its hasher at random.
    pub(crate) fn random_delay(&self, nth: u32) -> Duration {
        self.delay(nth, RandomState::new().hash_one(nth) as f64 / u64::MAX as f64)
    }

    /// The delay before restart number `nth` in a row, counted from 0; `random` is between 0 and 1.
    pub(crate) fn delay(&self, nth: u32, random: f64) -> Duration {
        let doubled = 2u32.checked_pow(nth).and_then(|factor| self.min.checked_mul(factor));
        let delay = doubled.unwrap_or(self.max).min(self.max);
        delay.mul_f64(self.jitter.mul_add(random, 1.0))
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
        if lasted > self.backoff.max() {
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
    fn jitter_only_lengthens() {
        let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(1)).jitter(0.5);
        assert_eq!(backoff.delay(0, 0.0).as_millis(), 100);
        assert_eq!(backoff.delay(0, 1.0).as_millis(), 150);
    }
}
