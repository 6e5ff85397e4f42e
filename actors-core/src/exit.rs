//! Why a life ended.

use std::fmt;

use crate::error::ActorError;

/// Why an actor ended: what its watchers, its supervisor and [`ActorRef::wait`](crate::ActorRef::wait) are told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExitReason {
    /// It was stopped, or stopped itself, or nobody could reach it any more.
    Normal,
    /// Its parent, its supervisor or the system shut it down.
    Shutdown,
    /// It was killed: its future was dropped and no hook ran.
    Killed,
    /// It called [`Context::fail`](crate::Context::fail), or its start or factory returned this error.
    Failed(ActorError),
    /// It panicked with this message.
    Panicked(String),
    /// There was no such actor when it was looked at.
    NoActor,
    /// The node it ran on is gone; whether the actor still runs there is unknown.
    NodeDown,
}

impl ExitReason {
    /// Whether a transient actor stays down: it ended because it was done or was told to.
    pub fn is_normal(&self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown)
    }

    /// Whether it ended because of an error of its own.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Panicked(_))
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => f.write_str("normal"),
            Self::Shutdown => f.write_str("shutdown"),
            Self::Killed => f.write_str("killed"),
            Self::Failed(error) => write!(f, "failed: {error}"),
            Self::Panicked(message) => write!(f, "panicked: {message}"),
            Self::NoActor => f.write_str("no such actor"),
            Self::NodeDown => f.write_str("node down"),
        }
    }
}
