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
    /// A message made an actor fail, and whoever decides had it go on with the next one.
    Overlooked {
        /// The actor that failed.
        actor: ActorPath,
        /// Why.
        reason: ExitReason,
    },
    /// A supervisor has given up: its children failed more often than it may restart them, or one's failure was for
    /// somebody above to deal with.
    Escalated {
        /// The supervisor, which ends.
        actor: ActorPath,
        /// The child whose failure was the last one.
        child: Arc<str>,
        /// Why that failed.
        reason: ExitReason,
        /// Whether nobody stands above the supervisor: its whole tree is gone.
        root: bool,
    },
}

impl UnheardError {
    /// The actor it came from.
    pub fn actor(&self) -> &ActorPath {
        match self {
            Self::Reply { actor, .. }
            | Self::Life { actor, .. }
            | Self::Overlooked { actor, .. }
            | Self::Escalated { actor, .. } => actor,
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
            Self::Overlooked { actor, reason } => write!(f, "{actor} {reason}; goes on"),
            Self::Escalated { actor, child, reason, root: false } => {
                write!(f, "{actor} gives up, because its child \"{child}\" {reason}")
            }
            Self::Escalated { actor, child, reason, root: true } => {
                write!(f, "{actor} and everything below it ends, because its child \"{child}\" {reason}")
            }
        }
    }
}

/// What a system does with errors nobody waits for, beside logging and reporting them.
pub(crate) type ErrorHandler = Box<dyn Fn(&UnheardError) + Send + Sync>;
