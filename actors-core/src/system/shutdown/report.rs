//! What a shutdown did.

use std::fmt;

use crate::id::ActorPath;
use crate::system::errors::UnheardError;

/// What a shutdown did.
#[derive(Clone, Debug, Default)]
pub struct ShutdownReport {
    pub(super) stopped: usize,
    pub(super) killed: Vec<ActorPath>,
    pub(super) escalated: Option<UnheardError>,
}

impl ShutdownReport {
    /// How many top-level actors ended by themselves within the deadline.
    pub fn stopped(&self) -> usize {
        self.stopped
    }

    /// The actors that did not and were killed, at the deadline or by somebody else before it: top-level ones, and below each
    /// of them those that still ran.
    pub fn killed(&self) -> &[ActorPath] {
        &self.killed
    }

    /// Why a supervisor without a supervisor gave up before, if one did: the first of them.
    pub fn escalated(&self) -> Option<&UnheardError> {
        self.escalated.as_ref()
    }

    /// Whether nothing was killed, and no supervisor had given up.
    pub fn is_clean(&self) -> bool {
        self.killed.is_empty() && self.escalated.is_none()
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stopped, {} killed", self.stopped, self.killed.len())?;
        for path in &self.killed {
            write!(f, " {path}")?;
        }
        match &self.escalated {
            Some(escalated) => write!(f, "; {escalated}"),
            None => Ok(()),
        }
    }
}
