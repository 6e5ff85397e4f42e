//! Why a supervisor did not do what it was asked to do with a child.

use std::error::Error;
use std::fmt;

use super::SpecError;
use crate::exit::ExitReason;
use crate::id::ActorId;

/// A management call that a supervisor refused, or a child that it does not have.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ChildError {
    /// A child with this id runs already, or starts for the first time, as this actor.
    AlreadyStarted(ActorId),
    /// A child with this id is known and does not run: it is stopped, and `restart_child` starts it, or it is being restarted.
    AlreadyPresent,
    /// The child runs; `terminate_child` ends it.
    Running,
    /// The child is being restarted.
    Restarting,
    /// The supervisor has no such child.
    NotFound,
    /// The child did not start, for this reason.
    Start(ExitReason),
    /// The child does not run, so there is no reference to it.
    NotRunning,
    /// The child is of another type than the one that was asked for.
    WrongType {
        /// The type that was asked for.
        expected: &'static str,
        /// The child's type.
        found: &'static str,
    },
    /// The specification is wrong.
    Spec(SpecError),
    /// The supervisor has ended.
    Stopped,
}

impl fmt::Display for ChildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyStarted(actor) => write!(f, "a child with this id runs already, as actor {actor}"),
            Self::AlreadyPresent => {
                f.write_str("a child with this id is known already, and stopped or being restarted")
            }
            Self::Running => f.write_str("the child runs: terminate it first"),
            Self::Restarting => f.write_str("the child is being restarted"),
            Self::NotFound => f.write_str("the supervisor has no such child"),
            Self::Start(reason) => write!(f, "the child did not start: {reason}"),
            Self::NotRunning => f.write_str("the child does not run"),
            Self::WrongType { expected, found } => write!(f, "the child is a {found} and not a {expected}"),
            Self::Spec(error) => error.fmt(f),
            Self::Stopped => f.write_str("the supervisor has ended"),
        }
    }
}

impl Error for ChildError {}

impl From<SpecError> for ChildError {
    fn from(error: SpecError) -> Self {
        Self::Spec(error)
    }
}
