//! How large the loads are.

use std::fmt;
use std::str::FromStr;

/// A part of the full size of a load: 1 for what the table is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale(f64);

impl Scale {
    /// This part of a full number, and at least 1.
    pub(crate) fn of(self, full: u64) -> u64 {
        ((full as f64 * self.0).round() as u64).max(1)
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(part: &str) -> Result<Self, String> {
        match part.parse() {
            Ok(part) if part > 0.0 && part <= 10.0 => Ok(Self(part)),
            _ => Err("a scale is above 0 and at most 10".to_owned()),
        }
    }
}

#[test]
fn a_load_is_never_empty() {
    let scale = |part: &str| part.parse::<Scale>();
    assert_eq!(scale("0.5").map(|half| half.of(100)), Ok(50));
    assert_eq!(scale("0.001").map(|little| little.of(100)), Ok(1));
    for refused in ["0", "-1", "NaN", "inf", "much"] {
        assert!(scale(refused).is_err(), "{refused}");
    }
}
