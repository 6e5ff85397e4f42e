//! What running a load gives, and the line in which a child process tells it.

use std::fmt;
use std::str::FromStr;
use std::time::Instant;

/// The numbers of one run of a load: as many as the load has rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) operations: u64,
    pub(crate) numbers: Vec<f64>,
}

impl Outcome {
    /// The nanoseconds of each operation since the start.
    pub(crate) fn timed(operations: u64, start: Instant) -> Self {
        let nanoseconds = start.elapsed().as_nanos() as f64 / operations as f64;
        Self { operations, numbers: vec![nanoseconds] }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operations)?;
        self.numbers.iter().try_for_each(|number| write!(f, " {number}"))
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let unreadable = || format!("not an outcome: {line:?}");
        let (operations, numbers) = line.trim().split_once(' ').ok_or_else(unreadable)?;
        let operations = operations.parse().map_err(|_| unreadable())?;
        let numbers = numbers.split(' ').map(str::parse).collect::<Result<_, _>>();
        Ok(Self { operations, numbers: numbers.map_err(|_| unreadable())? })
    }
}

#[test]
fn an_outcome_reads_back_as_it_was_written() {
    let outcome = Outcome { operations: 20, numbers: vec![34.25, 700.0] };
    assert_eq!(outcome.to_string().parse(), Ok(outcome));
    assert!("".parse::<Outcome>().is_err());
    assert!("20 fast".parse::<Outcome>().is_err());
}
