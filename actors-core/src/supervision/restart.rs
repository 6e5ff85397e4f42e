//! When a life is followed by another one, and how often.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::exit::ExitReason;

/// Which ends are followed by a restart, and how many restarts a window of time may see.
///
/// ```
/// # use actors_core::Restart;
/// # use std::time::Duration;
/// let restart = Restart::transient().max(3, Duration::from_secs(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    kind: RestartKind,
    limit: Option<(u32, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestartKind {
    Permanent,
    Transient,
    Temporary,
}

impl Restart {
    /// After every end, a normal one too.
    pub const fn permanent() -> Self {
        Self::of_kind(RestartKind::Permanent)
    }

    /// After a failure, a panic or a kill; not after a stop.
    pub const fn transient() -> Self {
        Self::of_kind(RestartKind::Transient)
    }

    /// Never.
    pub const fn temporary() -> Self {
        Self::of_kind(RestartKind::Temporary)
    }

    const fn of_kind(kind: RestartKind) -> Self {
        Self { kind, limit: None }
    }

    /// Allows at most `restarts` within any stretch of time `within`; one more ends the actor. The default is 1 in 5 s.
    #[must_use]
    pub const fn max(mut self, restarts: u32, within: Duration) -> Self {
        self.limit = Some((restarts, within));
        self
    }

    pub(super) fn is_permanent(&self) -> bool {
        self.kind == RestartKind::Permanent
    }

    pub(super) fn is_temporary(&self) -> bool {
        self.kind == RestartKind::Temporary
    }

    pub(super) fn has_limit(&self) -> bool {
        self.limit.is_some()
    }

    pub(crate) fn applies_to(&self, reason: &ExitReason) -> bool {
        match self.kind {
            RestartKind::Permanent => true,
            RestartKind::Transient => !reason.is_normal(),
            RestartKind::Temporary => false,
        }
    }

    pub(crate) fn window(&self) -> RestartWindow {
        let (intensity, within) = self.limit.unwrap_or(DEFAULT_LIMIT);
        RestartWindow::new(intensity, within)
    }
}

/// OTP's: one restart in five seconds.
pub(super) const DEFAULT_LIMIT: (u32, Duration) = (1, Duration::from_secs(5));

/// The restarts of the last while: OTP's intensity and period.
#[derive(Debug)]
pub(crate) struct RestartWindow {
    intensity: u32,
    within: Duration,
    restarts: VecDeque<Instant>,
}

impl RestartWindow {
    pub(super) fn new(intensity: u32, within: Duration) -> Self {
        Self { intensity, within, restarts: VecDeque::new() }
    }

    /// Counts a restart; false if it is one too many.
    #[must_use]
    pub(crate) fn allow(&mut self, now: Instant) -> bool {
        while self.restarts.front().is_some_and(|&at| now.saturating_duration_since(at) > self.within) {
            self.restarts.pop_front();
        }
        if self.restarts.len() as u64 >= u64::from(self.intensity) {
            return false;
        }
        self.restarts.push_back(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_window_slides() {
        let mut window = Restart::permanent().max(2, Duration::from_secs(5)).window();
        let begin = Instant::now();
        let after = |seconds| begin + Duration::from_secs(seconds);
        assert!(window.allow(begin));
        assert!(window.allow(after(4)));
        assert!(!window.allow(after(5)));
        assert!(window.allow(after(6)));
    }
}
