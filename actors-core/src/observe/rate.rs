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
        self.admit_at(Instant::now())
    }

    fn admit_at(&self, now: Instant) -> Option<u64> {
        let mut window = self.0.lock();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_are_written_in_a_second_and_the_next_one_says_how_many_were_not() {
        let (rate, begin) = (LogRate::default(), Instant::now());
        for second in 0..3 {
            let now = begin + Duration::from_secs(second);
            let silenced_before = if second == 0 { 0 } else { 990 };
            assert_eq!(rate.admit_at(now), Some(silenced_before));
            for line in 1..1_000 {
                let later = now + Duration::from_micros(line);
                assert_eq!(rate.admit_at(later), (line < 10).then_some(0), "line {line} of second {second}");
            }
        }
        assert_eq!(LogRate::default().admit_at(begin), Some(0), "each has a rate of its own");
    }
}
