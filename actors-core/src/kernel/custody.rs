//! Who decides what follows a life: the seam between the kernel, which runs lives, and supervision, which has strategies.

use std::pin::Pin;
use std::sync::Arc;

use crate::error::ActorError;
use crate::exit::ExitReason;
use crate::kernel::any_cell::AnyCell;
use crate::mailbox::Home;

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

/// How a life ended.
#[derive(Debug, Clone)]
pub(crate) struct LifeEnd {
    pub(crate) reason: ExitReason,
    /// The start was declined: [`ActorError::ignore`].
    pub(crate) ignored: bool,
    /// Ended by [`end_life`](crate::kernel::any_cell::AnyCell::end_life): another life is to come, whatever the reason.
    pub(crate) ordered: bool,
}

/// Builds the state of each life and decides whether there is another one.
pub(crate) trait Custodian<A>: Send {
    /// The state of the next life.
    fn build(&mut self) -> Result<A, ActorError>;

    /// Told that the `started` hook of a life has returned well.
    fn life_started(&mut self) {}

    /// Whether a life that has failed goes on with its next message all the same.
    fn resumes_after(&mut self, reason: &ExitReason) -> bool {
        let _ = reason;
        false
    }

    /// Whether no life follows the first one, however that ends, and nobody has to be asked.
    fn grants_one_life(&self) -> bool {
        false
    }

    /// Asked when the life was told to stop, whatever it ends of: whether it is the last one.
    fn end_with_a_stop(&mut self) -> bool;

    /// Told how the life ended; may take its time, as backoff does.
    fn verdict(&mut self, end: LifeEnd) -> BoxFuture<'static, Verdict>;

    /// What has to end before the actor does, now that no life follows.
    fn farewell(&mut self) -> Option<BoxFuture<'static, ()>> {
        None
    }
}

/// Children whose end a layer above arranges.
pub(crate) trait Brood: Send + Sync {
    /// Ends them because a life of `parent` ends.
    fn wind_down(self: Arc<Self>, parent: Home<dyn AnyCell>) -> BoxFuture<'static, ()>;
}

/// Where the states of an actor's lives come from.
pub(crate) enum Lives<A> {
    /// One life.
    One(A),
    /// As many as the custodian grants.
    Many(Box<dyn Custodian<A>>),
}
