//! How an actor looks at one moment, as plain data.

use std::time::Duration;

use crate::id::{ActorId, ActorPath};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::pulse::Stage;

/// How an actor looks at one moment: plain data, for tools and for assertions.
///
/// It is taken without stopping the actor, so its parts may be of slightly different moments. Of an actor that works at
/// the time, the depth and the count of handled messages are up to 64 messages old.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorSnapshot {
    /// The actor's number.
    pub id: ActorId,
    /// Where it stands in the tree.
    pub path: ActorPath,
    /// Its type, without the module path.
    pub kind: &'static str,
    /// The actor that owns it.
    pub parent: Option<ActorId>,
    /// The actors it owns, the oldest first.
    pub children: Vec<ActorId>,
    /// What it is doing.
    pub state: ActorState,
    /// The message that is being handled.
    pub handling: Option<Handling>,
    /// Messages of users waiting in its mailbox, those of its own timers and pipes included.
    pub mailbox_depth: usize,
    /// How many the mailbox holds; `None` without a bound.
    pub mailbox_bound: Option<usize>,
    /// Messages whose handlers have returned, in all of its lives.
    pub handled: u64,
    /// How often it was restarted.
    pub restarts: u32,
    /// How many wait to be told of its end.
    pub watchers: usize,
}

/// What an actor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActorState {
    /// Its state is being made, or its `started` hook runs.
    Starting,
    /// It waits for a message or for its turn.
    Running,
    /// A handler runs or waits for something.
    Handling,
    /// It was [suspended](crate::ActorRef::suspend) and is between two messages.
    Suspended,
    /// Its children end, or its `stopped` hook runs.
    Stopping,
    /// A life is over and another one may follow.
    Restarting,
    /// It has ended for good.
    Stopped,
}

/// A message that is being handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handling {
    /// The message's type, without its module path; `state change` while the hook of a
    /// [state machine](crate::StateMachine) runs.
    pub message_type: &'static str,
    /// How long its handler has been waiting for something; `None` while it computes.
    pub waiting: Option<Duration>,
}

impl dyn AnyCell {
    pub(crate) fn snapshot(&self) -> ActorSnapshot {
        let core = self.core();
        let stage = core.pulse.stage();
        let (depth, bound) = self.queue();
        ActorSnapshot {
            id: core.id,
            path: core.path(),
            kind: core.kind(),
            parent: core.parent(),
            children: core.host.children_of(core.id),
            state: state(stage, core.is_suspended()),
            handling: self.handling(stage),
            mailbox_depth: if stage == Stage::Ended { 0 } else { depth },
            mailbox_bound: bound,
            handled: core.pulse.handled(),
            restarts: core.incarnation().as_u32(),
            watchers: core.watchers(),
        }
    }

    pub(crate) fn handling(&self, stage: Stage) -> Option<Handling> {
        let core = self.core();
        let waiting = match stage {
            Stage::Computing => None,
            Stage::Waiting => Some(core.pulse.waited(core.host.clock())),
            _ => return None,
        };
        core.pulse.message().map(|message_type| Handling { message_type, waiting })
    }
}

fn state(stage: Stage, is_suspended: bool) -> ActorState {
    match stage {
        Stage::Starting => ActorState::Starting,
        Stage::Idle if is_suspended => ActorState::Suspended,
        Stage::Idle => ActorState::Running,
        Stage::Computing | Stage::Waiting => ActorState::Handling,
        Stage::Stopping => ActorState::Stopping,
        Stage::Restarting => ActorState::Restarting,
        Stage::Ended => ActorState::Stopped,
    }
}
