//! What can be chosen when a breaker is made.

use std::time::Duration;

use super::circuit::Limits;
use super::handle::CircuitBreaker;
use crate::supervision::Backoff;

/// Builds a [`CircuitBreaker`].
#[derive(Debug, Clone)]
#[must_use = "the breaker is made by `build`"]
pub struct BreakerBuilder {
    pub(super) name: String,
    pub(super) limits: Limits,
    pub(super) call_timeout: Duration,
    pub(super) reset_timeout: Backoff,
}

impl BreakerBuilder {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            limits: Limits { max_failures: 5, half_open_calls: 1 },
            // Longer than an ask waits, which says more about why it failed.
            call_timeout: Duration::from_secs(10),
            reset_timeout: Backoff::exponential(Duration::from_secs(10), Duration::from_secs(300)),
        }
    }

    /// Opens the breaker after so many failures in a row; 5 unless set. A call that succeeds begins the count anew.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn max_failures(mut self, failures: u32) -> Self {
        assert!(failures > 0, "a breaker that opens without a failure would let nothing through");
        self.limits.max_failures = failures;
        self
    }

    /// Gives calls up that take longer than this, which is a failure; 10 s unless set, no limit with [`Duration::MAX`].
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        assert!(!timeout.is_zero(), "a call that may not take any time would never succeed");
        self.call_timeout = timeout;
        self
    }

    /// How long the breaker stays open: the first delay when it opens, the next one each time it opens again without having
    /// been closed. From 10 s to 5 min unless set.
    pub fn reset_timeout(mut self, delays: Backoff) -> Self {
        self.reset_timeout = delays;
        self
    }

    /// Lets so many calls through when the breaker is half-open, and closes it when all of them have succeeded; 1 unless set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn half_open_calls(mut self, calls: u32) -> Self {
        assert!(calls > 0, "a breaker that tries no call would never close again");
        self.limits.half_open_calls = calls;
        self
    }

    /// The breaker, closed.
    pub fn build(self) -> CircuitBreaker {
        CircuitBreaker::from_builder(self)
    }
}
