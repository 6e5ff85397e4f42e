//! The states of a circuit.
//!
//! ```text
//!            so many failures in a row           its time is over, and somebody looks
//!  Closed ─────────────────────────────> Open ────────────────────────────────────────> HalfOpen
//!    ^                                    ^───────────────── a call fails ──────────────────│
//!    └────────────────────────── as many calls as it lets through have succeeded ───────────┘
//! ```
//!
//! Each change begins a new *era*. The outcome of a call counts only in the era the call began in.

use std::time::Duration;

use tokio::time::Instant;

/// What a [`CircuitBreaker`](super::CircuitBreaker) does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are refused.
    Open,
    /// A few calls go through, and decide what follows.
    HalfOpen,
}

/// When a circuit opens and closes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Failures in a row that open it.
    pub(super) max_failures: u32,
    /// Calls that a half-open circuit lets through.
    pub(super) half_open_calls: u32,
}

#[derive(Debug)]
pub(super) struct Circuit {
    limits: Limits,
    phase: Phase,
    era: u64,
    /// How often it has opened since it was last closed.
    openings: u32,
}

#[derive(Debug)]
enum Phase {
    Closed {
        /// The last outcomes were so many failures.
        failures: u32,
    },
    Open {
        since: Instant,
        lasts: Duration,
    },
    HalfOpen {
        under_way: u32,
        succeeded: u32,
    },
}

/// The era in which a call began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Era(u64);

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
    /// Nobody waited for its end.
    Abandoned,
}

/// The circuit refuses calls; it may let one through after so long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) retry_after: Duration,
}

impl Circuit {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, phase: Phase::Closed { failures: 0 }, era: 0, openings: 0 }
    }

    /// The state at this time; an open circuit whose time is over is half-open from now on.
    pub(super) fn state(&mut self, now: Instant) -> BreakerState {
        if self.time_left(now).is_some_and(|left| left.is_zero()) {
            self.begin(Phase::HalfOpen { under_way: 0, succeeded: 0 });
        }
        self.last_state()
    }

    /// The state as it was when somebody last looked.
    pub(super) fn last_state(&self) -> BreakerState {
        match self.phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Lets a call through, or does not. Whoever gets the era says [`ended`](Self::ended) once.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Era, Refused> {
        self.state(now);
        match &mut self.phase {
            Phase::Closed { .. } => Ok(Era(self.era)),
            Phase::Open { .. } => Err(Refused { retry_after: self.time_left(now).unwrap_or_default() }),
            Phase::HalfOpen { under_way, succeeded } => {
                if *under_way + *succeeded >= self.limits.half_open_calls {
                    return Err(Refused { retry_after: Duration::ZERO });
                }
                *under_way += 1;
                Ok(Era(self.era))
            }
        }
    }

    /// A call that began in `era` has ended. If that opens the circuit, `delay` says for how long, by how often it had opened
    /// since it was closed.
    pub(super) fn ended(
        &mut self,
        era: Era,
        outcome: Outcome,
        now: Instant,
        delay: impl FnOnce(u32) -> Duration,
    ) {
        if era.0 != self.era {
            return;
        }
        match (&mut self.phase, outcome) {
            (Phase::Closed { failures }, Outcome::Succeeded) => *failures = 0,
            (Phase::Closed { failures }, Outcome::Failed) => {
                *failures += 1;
                if *failures >= self.limits.max_failures {
                    self.open(now, delay);
                }
            }
            (Phase::HalfOpen { .. }, Outcome::Failed) => self.open(now, delay),
            (Phase::HalfOpen { under_way, succeeded }, Outcome::Succeeded) => {
                *under_way -= 1;
                *succeeded += 1;
                if *succeeded >= self.limits.half_open_calls {
                    self.openings = 0;
                    self.begin(Phase::Closed { failures: 0 });
                }
            }
            (Phase::HalfOpen { under_way, .. }, Outcome::Abandoned) => *under_way -= 1,
            // No call begins in an open circuit.
            (Phase::Closed { .. }, Outcome::Abandoned) | (Phase::Open { .. }, _) => {}
        }
    }

    fn open(&mut self, now: Instant, delay: impl FnOnce(u32) -> Duration) {
        let lasts = delay(self.openings);
        self.openings = self.openings.saturating_add(1);
        self.begin(Phase::Open { since: now, lasts });
    }

    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.era += 1;
    }

    /// How much longer it stays open, if it is.
    pub(super) fn time_left(&self, now: Instant) -> Option<Duration> {
        let Phase::Open { since, lasts } = self.phase else { return None };
        Some(lasts.saturating_sub(now.saturating_duration_since(since)))
    }
}
