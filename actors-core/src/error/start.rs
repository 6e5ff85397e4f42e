//! Why an actor did not start.

use std::error::Error;
use std::fmt;

use super::ActorError;

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
        }
    }
}

impl Error for StartError {}
