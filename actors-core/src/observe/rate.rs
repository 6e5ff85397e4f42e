//! A bound on log lines: what floods a log hides what else is in it.

use std::time::{Duration, Instant};

use crate::sync::Lock;

/// Log lines allowed in each second; the rest is only counted.
const LINES_PER_SECOND: u32 = 10;

/// Says which lines may be written.
#[derive(Default)]
pub(crate) struct LogRate(Lock<Window>);

#[derive(Default)]
struct Window {
    since: Option<Instant>,
    lines: u32,
    silenced: u64,
}

impl LogRate {
    /// Whether a line may be written now; if so, how many could not be since the last one.
    pub(crate) fn admit(&self) -> Option<u64> {
        let mut window = self.0.lock();
        let now = Instant::now();
        if window.since.is_none_or(|since| now - since >= Duration::from_secs(1)) {
            window.since = Some(now);
            window.lines = 0;
        }
        if window.lines == LINES_PER_SECOND {
            window.silenced += 1;
            return None;
        }
        window.lines += 1;
        Some(std::mem::take(&mut window.silenced))
    }
}
