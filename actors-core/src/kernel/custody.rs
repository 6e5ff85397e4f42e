//! Who decides what follows a life: the seam between the kernel, which runs lives, and supervision, which has strategies.

use std::pin::Pin;

use crate::error::ActorError;
use crate::exit::ExitReason;

/// A future with its type erased: deep generic nesting runs into the compiler's limits in users' builds.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What follows a life that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A new life, with the same address, mailbox and queue.
    Restart,
    /// The end.
    Stop,
}

/// Builds the state of each life and decides whether there is another one.
pub(crate) trait Custodian<A>: Send {
    /// The state of the next life.
    fn build(&mut self) -> Result<A, ActorError>;

    /// Told why the life ended; may take its time, as backoff does.
    fn verdict(&mut self, reason: &ExitReason) -> BoxFuture<'static, Verdict>;
}

/// Where the states of an actor's lives come from.
pub(crate) enum Lives<A> {
    /// One life; `None` once it was taken.
    One(Option<A>),
    /// As many as the custodian grants.
    Many(Box<dyn Custodian<A>>),
}

impl<A> Lives<A> {
    pub(crate) fn build(&mut self) -> Result<A, ActorError> {
        match self {
            Self::One(actor) => actor.take().ok_or_else(|| ActorError::msg("the actor has one life only")),
            Self::Many(custodian) => custodian.build(),
        }
    }

    /// `None`: there is no other life.
    pub(crate) fn verdict(&mut self, reason: &ExitReason) -> Option<BoxFuture<'static, Verdict>> {
        match self {
            Self::One(_) => None,
            Self::Many(custodian) => Some(custodian.verdict(reason)),
        }
    }
}
