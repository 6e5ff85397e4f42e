//! What is wrong with the specification of a supervisor or of a child.

use std::error::Error;
use std::fmt;

/// A specification that contradicts itself. Each is found before anything is started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecError {
    /// The id of a child is not one: `[A-Za-z0-9_.:-]{1,128}`.
    InvalidId(String),
    /// Two children have this id.
    DuplicateId(String),
    /// This child is significant and permanent: it never ends by itself, so its end cannot mean anything.
    SignificantPermanent(String),
    /// This child is significant, and its supervisor never shuts down because of that.
    SignificantWithoutAutoShutdown(String),
    /// This child's restart type has a limit of its own; the limit is the supervisor's intensity.
    RestartLimit(String),
    /// The supervisor counts restarts within a stretch of time of length 0.
    EmptyWindow,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidId(id) => write!(
                f,
                "\"{id}\" is not an id of a child: use 1 to 128 ASCII letters, digits and the characters _ . : -"
            ),
            Self::DuplicateId(id) => write!(f, "two children have the id \"{id}\"; each needs its own"),
            Self::SignificantPermanent(id) => write!(
                f,
                "the child \"{id}\" is significant and permanent, but a permanent child never stays down: make it \
                 transient or temporary"
            ),
            Self::SignificantWithoutAutoShutdown(id) => write!(
                f,
                "the child \"{id}\" is significant, but its supervisor never shuts down by itself: give the supervisor \
                 `auto_shutdown(AutoShutdown::AnySignificant)` or `AllSignificant`"
            ),
            Self::RestartLimit(id) => write!(
                f,
                "the child \"{id}\" has a restart limit of its own: set `intensity` on its supervisor instead of \
                 `Restart::max`"
            ),
            Self::EmptyWindow => {
                f.write_str("a supervisor's intensity counts restarts within a time longer than 0")
            }
        }
    }
}

impl Error for SpecError {}
