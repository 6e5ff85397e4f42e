//! An order of turns with which a test fails.

use std::fmt;
use std::sync::Arc;

/// The first seed with which an explored test failed. Displayed, it says how to run that seed alone.
#[derive(Clone, Debug)]
pub struct Failure {
    pub(super) seed: u64,
    pub(super) message: String,
    pub(super) last_turns: Vec<Arc<str>>,
}

impl Failure {
    /// The seed; it leads to the same order of turns and the same failure again.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The text of the panic, or why the test was given up.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, message, last_turns } = self;
        writeln!(f, "seed {seed} fails: {message}")?;
        writeln!(f, "the last turns were those of: {}", last_turns.join(", "))?;
        write!(f, "to run this seed alone: {}={seed}", super::SEED_VARIABLE)
    }
}
