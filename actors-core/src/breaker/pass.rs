//! A call that was let through.

use super::circuit::{Era, Outcome};
use super::handle::CircuitBreaker;

/// Tells the breaker once how its call ended; dropped, that nobody waited for it.
pub(super) struct Pass<'a> {
    breaker: &'a CircuitBreaker,
    era: Era,
    outcome: Outcome,
}

impl<'a> Pass<'a> {
    pub(super) fn new(breaker: &'a CircuitBreaker, era: Era) -> Self {
        Self { breaker, era, outcome: Outcome::Abandoned }
    }

    pub(super) fn succeeded(self) {
        self.ended(Outcome::Succeeded);
    }

    pub(super) fn failed(self) {
        self.ended(Outcome::Failed);
    }

    fn ended(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.breaker.ended(self.era, self.outcome);
    }
}
