//! How a system looks at one moment.

use std::fmt;

use super::ActorSystem;
use crate::id::ActorId;
use crate::kernel::snapshot::{ActorSnapshot, ActorState, Handling};
use crate::observe::DeadLetterCounts;

/// How a system looks at one moment: plain data, for tools and for assertions. Its `Display` draws the tree.
///
/// It is taken without stopping anybody, so its parts may be of slightly different moments.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SystemSnapshot {
    /// The actors that run, the oldest first: parents come before their children.
    pub actors: Vec<ActorSnapshot>,
    /// How many messages could not be delivered so far, by reason.
    pub dead_letters: DeadLetterCounts,
    /// How many lives ended in failure and were followed by another one.
    pub restarts: u64,
    /// Whether a shutdown has begun.
    pub is_shutting_down: bool,
}

impl ActorSystem {
    /// How the system and all its actors look at this moment. No actor is disturbed.
    ///
    /// ```
    /// # use actors_core::*;
    /// # struct Counter;
    /// # impl Actor for Counter {}
    /// # #[tokio::main] async fn main() -> Result<(), StartError> {
    /// # let system = ActorSystem::new();
    /// let counter = system.actor(|| Counter).name("counter").start().await?;
    /// let snapshot = system.snapshot();
    /// let seen = snapshot.actor("/counter").expect("it runs");
    /// assert_eq!((seen.kind, seen.mailbox_depth), ("Counter", 0));
    /// println!("{snapshot}");
    /// # Ok(()) }
    /// ```
    pub fn snapshot(&self) -> SystemSnapshot {
        SystemSnapshot {
            actors: self.0.directory.all().iter().map(|cell| cell.snapshot()).collect(),
            dead_letters: self.dead_letter_counts(),
            restarts: self.restarts(),
            is_shutting_down: self.is_shutting_down(),
        }
    }
}

impl SystemSnapshot {
    /// The actor at this path.
    pub fn actor(&self, path: impl AsRef<str>) -> Option<&ActorSnapshot> {
        self.actors.iter().find(|actor| actor.path.as_str() == path.as_ref())
    }

    fn by_id(&self, id: ActorId) -> Option<&ActorSnapshot> {
        self.actors.binary_search_by_key(&id, |actor| actor.id).ok().map(|at| &self.actors[at])
    }

    fn draw(&self, actor: &ActorSnapshot, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = actor.path.as_str().rsplit('/').next().unwrap_or_default();
        write!(f, "{:indent$}{label}", "", indent = 2 * depth)?;
        if !label.starts_with(actor.kind) {
            write!(f, " ({})", actor.kind)?;
        }
        write!(f, ": {}, {} queued, {} handled", actor.state, actor.mailbox_depth, actor.handled)?;
        if actor.restarts > 0 {
            write!(f, ", {} restarts", actor.restarts)?;
        }
        if let Some(handling) = &actor.handling {
            write!(f, ", {handling}")?;
        }
        writeln!(f)?;
        actor
            .children
            .iter()
            .filter_map(|&id| self.by_id(id))
            .try_for_each(|child| self.draw(child, depth + 1, f))
    }
}

impl fmt::Display for SystemSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roots = self.actors.iter().filter(|actor| actor.parent.is_none());
        for root in roots {
            self.draw(root, 0, f)?;
        }
        write!(f, "{} actors, {} restarts", self.actors.len(), self.restarts)?;
        for (reason, count) in self.dead_letters.iter().filter(|(_, count)| *count > 0) {
            write!(f, ", {count} dead letters: {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ActorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Handling => "handling",
            Self::Suspended => "suspended",
            Self::Stopping => "stopping",
            Self::Restarting => "restarting",
            Self::Stopped => "stopped",
        })
    }
}

impl fmt::Display for Handling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message_type)?;
        match self.waiting {
            Some(waiting) => write!(f, " for {waiting:?}"),
            None => Ok(()),
        }
    }
}
