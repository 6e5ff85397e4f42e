//! When an event that failed is tried again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How often, and after which delays, an event that failed is tried again before it becomes a dead event.
///
/// ```
/// # use actors_core::Retry;
/// # use std::time::Duration;
/// let patient = Retry::exponential(Duration::from_millis(100)).max(5);
/// let steady = Retry::fixed(Duration::from_secs(1)).max(3).jitter(0.1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    first: Duration,
    factor: u32,
    longest: Duration,
    max: u32,
    jitter: f64,
}

impl Retry {
    /// Waits `first` before the first retry and twice as long before each further one, up to a minute; 5 retries.
    pub const fn exponential(first: Duration) -> Self {
        Self { first, factor: 2, longest: Duration::from_secs(60), max: 5, jitter: 0.0 }
    }

    /// Waits equally long before each retry; 5 retries.
    pub const fn fixed(delay: Duration) -> Self {
        Self { first: delay, factor: 1, longest: delay, max: 5, jitter: 0.0 }
    }

    /// No retries: what subscriptions do that choose nothing.
    pub const fn never() -> Self {
        Self::fixed(Duration::ZERO).max(0)
    }

    /// Allows so many retries; the event is tried once more than that in all.
    #[must_use]
    pub const fn max(mut self, retries: u32) -> Self {
        self.max = retries;
        self
    }

    /// Makes no delay longer than this, jitter aside.
    #[must_use]
    pub const fn longest(mut self, delay: Duration) -> Self {
        self.longest = delay;
        self
    }

    /// Makes each delay up to this share longer at random, so that what failed together is not tried together.
    ///
    /// # Panics
    ///
    /// If the share is negative, not a number or not finite.
    #[must_use]
    #[track_caller]
    pub fn jitter(mut self, share: f64) -> Self {
        assert!(share >= 0.0 && share.is_finite(), "jitter is a share of the delay, 0 or more");
        self.jitter = share;
        self
    }

    pub(super) fn is_never(&self) -> bool {
        self.max == 0
    }

    /// The delay after attempt number `attempts`, counted from 1; `None` if it was the last.
    pub(super) fn after(&self, attempts: u32) -> Option<Duration> {
        (attempts <= self.max).then(|| self.delay(attempts - 1, random()))
    }

    /// The delay before retry number `nth`, counted from 0; `random` is between 0 and 1.
    fn delay(&self, nth: u32, random: f64) -> Duration {
        let grown = self.factor.checked_pow(nth).and_then(|factor| self.first.checked_mul(factor));
        let delay = grown.unwrap_or(self.longest).min(self.longest);
        Duration::try_from_secs_f64(delay.as_secs_f64() * self.jitter.mul_add(random, 1.0)).unwrap_or(delay)
    }
}

/// Between 0 and 1; good enough to spread retries.
fn random() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(retry: Retry, random: f64) -> Vec<u128> {
        (0..5).map(|nth| retry.delay(nth, random).as_millis()).collect()
    }

    #[test]
    fn delays_grow_as_told() {
        let retry = Retry::exponential(Duration::from_millis(100));
        assert_eq!(delays(retry, 0.5), [100, 200, 400, 800, 1600]);
        assert_eq!(delays(retry.longest(Duration::from_millis(500)), 0.5), [100, 200, 400, 500, 500]);
        assert_eq!(delays(Retry::fixed(Duration::from_millis(70)), 0.5), [70; 5]);
        assert_eq!(retry.delay(u32::MAX, 1.0), Duration::from_secs(60));
    }

    #[test]
    fn jitter_only_lengthens() {
        let retry = Retry::fixed(Duration::from_millis(100)).jitter(0.5);
        assert_eq!(delays(retry, 0.0), [100; 5]);
        assert_eq!(delays(retry, 1.0), [150; 5]);
    }

    #[test]
    fn retries_are_counted() {
        let retry = Retry::fixed(Duration::ZERO).max(2);
        assert!(retry.after(1).is_some() && retry.after(2).is_some());
        assert_eq!(retry.after(3), None);
        assert_eq!(Retry::never().after(1), None);
    }
}
