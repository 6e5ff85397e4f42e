//! How often, and after what delays, a failed event is tried again.

use std::time::Duration;

use crate::supervision::Backoff;

/// Tries an event again whose handler failed. Without one an event is tried once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    delays: Backoff,
    retries: u32,
}

impl Retry {
    /// The longest delay of [`Retry::exponential`].
    const LONGEST: Duration = Duration::from_secs(60);

    /// Waits `first`, then twice as long each time, up to a minute, with a little jitter; 3 retries unless [`max`]
    /// says otherwise.
    ///
    /// [`max`]: Self::max
    ///
    /// # Panics
    ///
    /// If `first` is zero.
    #[track_caller]
    pub fn exponential(first: Duration) -> Self {
        Self { delays: Backoff::exponential(first, first.max(Self::LONGEST)), retries: 3 }
    }

    /// Waits the same time each time.
    ///
    /// # Panics
    ///
    /// If `delay` is zero.
    #[track_caller]
    pub fn fixed(delay: Duration) -> Self {
        Self { delays: Backoff::exponential(delay, delay).jitter(0.0), retries: 3 }
    }

    /// Makes each delay up to this share longer at random; 0 for none.
    ///
    /// # Panics
    ///
    /// If the share is negative or not a number.
    #[must_use]
    #[track_caller]
    pub fn jitter(mut self, share: f64) -> Self {
        self.delays = self.delays.jitter(share);
        self
    }

    /// Tries at most so often again.
    #[must_use]
    pub fn max(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The delay after so many failed attempts, if there is to be another one.
    pub(super) fn delay_after(&self, attempts: u32) -> Option<Duration> {
        (attempts <= self.retries).then(|| self.delays.random_delay(attempts - 1))
    }
}
