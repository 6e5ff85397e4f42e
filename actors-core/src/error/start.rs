//! Why an actor did not start.

use std::error::Error;
use std::fmt;

use super::{ActorError, SpecError};
use crate::exit::ExitReason;

/// A start that did not end with a running actor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Another running actor has the name.
    NameTaken(String),
    /// The name is not one: `[A-Za-z0-9_.:-]{1,128}`.
    InvalidName(String),
    /// The factory or the `started` hook returned this error.
    Failed(ActorError),
    /// The factory or the `started` hook panicked with this message.
    Panicked(String),
    /// It was stopped or killed before it had started.
    Stopped,
    /// The system is shutting down.
    ShuttingDown,
    /// A supervisor could not start this child; those started before it have been stopped again.
    Child {
        /// The child's id in its specification.
        id: String,
        /// Why it did not start.
        reason: ExitReason,
    },
    /// A specification of a supervisor or of one of its children is wrong.
    Spec(SpecError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken(name) => write!(f, "the name \"{name}\" is taken by a running actor"),
            Self::InvalidName(name) => write!(
                f,
                "\"{name}\" is not a name: use 1 to 128 ASCII letters, digits and the characters _ . : -"
            ),
            Self::Failed(error) => write!(f, "the start failed: {error}"),
            Self::Panicked(message) => write!(f, "the start panicked: {message}"),
            Self::Stopped => f.write_str("the actor was stopped before it had started"),
            Self::ShuttingDown => f.write_str("the system is shutting down"),
            Self::Child { id, reason } => write!(f, "the child \"{id}\" did not start: {reason}"),
            Self::Spec(error) => error.fmt(f),
        }
    }
}

impl Error for StartError {}

impl StartError {
    /// The error of a start whose life ended for `reason`.
    pub(crate) fn of_life(reason: &ExitReason) -> Self {
        match reason {
            ExitReason::Failed(error) => match error.downcast_ref::<Self>() {
                Some(error) => error.clone(),
                None => Self::Failed(error.clone()),
            },
            ExitReason::Panicked(message) => Self::Panicked(message.clone()),
            _ => Self::Stopped,
        }
    }

    /// The reason of a life that was refused with this error.
    pub(crate) fn into_exit(self) -> ExitReason {
        match self {
            Self::Failed(error) => ExitReason::Failed(error),
            Self::Panicked(message) => ExitReason::Panicked(message),
            Self::ShuttingDown => ExitReason::Shutdown,
            error => ExitReason::Failed(error.into()),
        }
    }
}

impl From<SpecError> for StartError {
    fn from(error: SpecError) -> Self {
        Self::Spec(error)
    }
}
