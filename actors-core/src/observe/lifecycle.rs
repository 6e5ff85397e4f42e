//! What becomes of actors, as events.

use std::time::Duration;

use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath, Incarnation};

/// Something that happened to an actor, reported on [`ActorSystem::lifecycle`](crate::ActorSystem::lifecycle).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LifecycleEvent {
    /// A life has started: its `started` hook has returned.
    Started {
        /// The actor's number.
        id: ActorId,
        /// Where it stands.
        path: ActorPath,
        /// Which life it is; the first has 0.
        incarnation: Incarnation,
    },
    /// A life ended in failure.
    Failed {
        /// The actor's number.
        id: ActorId,
        /// Where it stands.
        path: ActorPath,
        /// Why.
        reason: ExitReason,
    },
    /// Another life begins.
    Restarted {
        /// The actor's number.
        id: ActorId,
        /// Where it stands.
        path: ActorPath,
        /// Which life begins.
        incarnation: Incarnation,
        /// How the last one ended.
        reason: ExitReason,
    },
    /// An actor has ended for good.
    Stopped {
        /// The actor's number.
        id: ActorId,
        /// Where it stood.
        path: ActorPath,
        /// Why.
        reason: ExitReason,
    },
    /// A handler takes longer than the system thinks good:
    /// [`SystemBuilder::stuck_after`](crate::SystemBuilder::stuck_after). Reported once for each such handler.
    Stuck {
        /// The actor's number.
        id: ActorId,
        /// Where it stands.
        path: ActorPath,
        /// The message's type, without its module path.
        message_type: &'static str,
        /// How long it has taken so far, at least.
        lasting: Duration,
    },
    /// A mailbox is more than 80 % full. Reported again only after it was less than half full in between.
    Crowded {
        /// The actor's number.
        id: ActorId,
        /// Where it stands.
        path: ActorPath,
        /// Messages that wait.
        queued: usize,
        /// How many the mailbox holds.
        bound: usize,
    },
}

impl LifecycleEvent {
    /// The actor it is about.
    pub fn id(&self) -> ActorId {
        match self {
            Self::Started { id, .. }
            | Self::Failed { id, .. }
            | Self::Restarted { id, .. }
            | Self::Stopped { id, .. }
            | Self::Stuck { id, .. }
            | Self::Crowded { id, .. } => *id,
        }
    }

    /// Where that actor stands.
    pub fn path(&self) -> &ActorPath {
        match self {
            Self::Started { path, .. }
            | Self::Failed { path, .. }
            | Self::Restarted { path, .. }
            | Self::Stopped { path, .. }
            | Self::Stuck { path, .. }
            | Self::Crowded { path, .. } => path,
        }
    }
}
