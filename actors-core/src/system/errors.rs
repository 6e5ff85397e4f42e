//! Errors that nobody waits for.

use std::fmt;
use std::sync::Arc;

use crate::exit::ExitReason;
use crate::id::ActorPath;

/// An error that has no caller to go to.
///
/// Reported to the handler given to [`SystemBuilder::on_error`](crate::SystemBuilder::on_error), on
/// [`ActorSystem::errors`](crate::ActorSystem::errors) and in the log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum UnheardError {
    /// A handler answered a message that was told, not asked, with this error. The actor goes on.
    Reply {
        /// The actor that answered.
        actor: ActorPath,
        /// The message's type, without its module path.
        message_type: &'static str,
        /// The error's text.
        error: Arc<str>,
    },
    /// A life ended in failure.
    Life {
        /// The actor that failed.
        actor: ActorPath,
        /// Why.
        reason: ExitReason,
        /// Whether it is restarted.
        restarting: bool,
    },
}

impl UnheardError {
    /// The actor it came from.
    pub fn actor(&self) -> &ActorPath {
        match self {
            Self::Reply { actor, .. } | Self::Life { actor, .. } => actor,
        }
    }
}

impl fmt::Display for UnheardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply { actor, message_type, error } => {
                write!(f, "{actor} answered a {message_type} that nobody waits for with an error: {error}")
            }
            Self::Life { actor, reason, restarting: true } => write!(f, "{actor} {reason}; restarting"),
            Self::Life { actor, reason, restarting: false } => write!(f, "{actor} {reason}; ended"),
        }
    }
}

/// What a system does with errors nobody waits for, beside logging and reporting them.
pub(crate) type ErrorHandler = Box<dyn Fn(&UnheardError) + Send + Sync>;
