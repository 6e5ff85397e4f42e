//! Looking at an actor, watching it, and holding it still to do so.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::error::AskError;
use crate::kernel::actor::Actor;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::refs::{ActorRef, AnyActorRef};
use crate::kernel::request::DEFAULT_ASK_TIMEOUT;
use crate::kernel::snapshot::ActorSnapshot;
use crate::kernel::watch::{Watchable, Watched};

/// What an actor says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// How it looked right after.
    pub snapshot: ActorSnapshot,
    /// What its [`inspect`](crate::Actor::inspect) returned.
    pub description: String,
}

impl<A: Actor> Watchable for ActorRef<A> {
    fn watched(&self) -> Arc<dyn Watched> {
        Arc::new(self.cell().clone())
    }
}

impl<A: Actor> ActorRef<A> {
    /// How it looks at this moment. The actor is not disturbed, and may have ended.
    pub fn snapshot(&self) -> ActorSnapshot {
        self.any().snapshot()
    }

    /// Asks the actor to [describe](crate::Actor::inspect) itself, between two messages: also if its mailbox is full, and
    /// if it is suspended.
    ///
    /// # Errors
    ///
    /// [`AskError::Stopped`] if it has ended or ends first, [`AskError::Timeout`] after 5 s.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn inspect(&self) -> Result<Inspection, AskError> {
        inspect(self.any()).await
    }

    /// Holds the actor still: from its next message on, users' messages wait in the mailbox, urgent ones too.
    ///
    /// It still hears of the ends it watches, and can be inspected, stopped and killed. A [`stop`](Self::stop) ends the
    /// suspension, because it comes after what is queued; so do the end of the life and the drop of the last reference.
    pub fn suspend(&self) {
        self.any().core().suspend();
    }

    /// Lets a suspended actor go on where it was.
    pub fn resume(&self) {
        self.any().resume();
    }
}

impl AnyActorRef {
    /// As [`ActorRef::snapshot`].
    pub fn snapshot(&self) -> ActorSnapshot {
        self.cell().snapshot()
    }

    /// As [`ActorRef::inspect`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn inspect(&self) -> Result<Inspection, AskError> {
        inspect(self.cell()).await
    }

    /// As [`ActorRef::suspend`].
    pub fn suspend(&self) {
        self.cell().core().suspend();
    }

    /// As [`ActorRef::resume`].
    pub fn resume(&self) {
        self.cell().resume();
    }
}

async fn inspect(cell: &dyn AnyCell) -> Result<Inspection, AskError> {
    let (reply, description) = oneshot::channel();
    cell.describe(reply);
    match tokio::time::timeout(DEFAULT_ASK_TIMEOUT, description).await {
        Ok(Ok(description)) => Ok(Inspection { snapshot: cell.snapshot(), description }),
        // Dropped with the mailbox it lay in.
        Ok(Err(_)) => Err(AskError::Stopped),
        Err(_) => Err(AskError::Timeout(DEFAULT_ASK_TIMEOUT)),
    }
}
