//! Lengths of time as users write them: `"5s"`, `"100ms..10s"`. Pure: text in, nanoseconds out.

use std::time::Duration;

const UNITS: [(&str, u64); 5] =
    [("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

/// Reads a whole number with its unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let explain = || {
        format!(
            "\"{text}\" is not a length of time: write a whole number and `us`, `ms`, `s`, `m` or `h`, as in \"5s\""
        )
    };
    let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(explain)?;
    let number: u64 = number.parse().map_err(|_| explain())?;
    number.checked_mul(*nanos).map(Duration::from_nanos).ok_or_else(|| format!("\"{text}\" is too long"))
}

/// Reads a length of time above 0.
pub(super) fn positive(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration.is_zero() {
        Err(format!("\"{text}\" is no time at all: it has to be above 0"))
    } else {
        Ok(duration)
    }
}

/// Reads `"least..longest"`.
pub(super) fn range(text: &str) -> Result<(Duration, Duration), String> {
    let (min, max) = text.split_once("..").ok_or_else(|| {
        format!("\"{text}\" is not a range: write the least and the longest delay, as in \"100ms..10s\"")
    })?;
    let (min, max) = (positive(min.trim())?, positive(max.trim())?);
    if min > max {
        Err(format!("\"{text}\" goes backwards: the least delay comes first"))
    } else {
        Ok((min, max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        let good = [("5s", 5_000), ("100ms", 100), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)];
        for (text, millis) in good {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(duration("7us"), Ok(Duration::from_micros(7)));
        for bad in ["", "5", "s", "5 s", "1.5s", "-1s", "5sec", "99999999999999999999s", "9999999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert!(positive("0ms").is_err());
    }

    #[test]
    fn ranges() {
        assert_eq!(range("100ms..10s"), Ok((Duration::from_millis(100), Duration::from_secs(10))));
        for bad in ["10s", "10s..1s", "0s..1s", "1s..", "..1s"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
