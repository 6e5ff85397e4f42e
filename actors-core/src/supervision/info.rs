//! What a supervisor says about its children.

use super::child_spec::ChildKind;
use super::roster::{Occupant, Seat, State};
use crate::kernel::refs::AnyActorRef;

/// A child of a supervisor, at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChildInfo {
    /// The id of its specification; of a dynamic child, the last part of its path.
    pub id: String,
    /// The actor, if there is one.
    pub actor: Option<AnyActorRef>,
    /// Whether it is a supervisor.
    pub kind: ChildKind,
    /// What it is doing.
    pub state: ChildState,
}

/// What a child is doing, as its supervisor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChildState {
    /// Its first start is under way.
    Starting,
    /// It runs.
    Running,
    /// Its last life is over, or about to be, and it is to run again.
    Restarting,
    /// It was told to end and has not ended yet.
    Stopping,
    /// It does not run.
    Stopped,
}

/// How many children a supervisor has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChildCounts {
    /// Specifications, of children that run and of those that do not; 1 for a dynamic supervisor.
    pub specs: usize,
    /// Children that run.
    pub active: usize,
    /// Children that are supervisors, whether they run or not.
    pub supervisors: usize,
    /// Children that are not, whether they run or not.
    pub workers: usize,
}

impl ChildInfo {
    pub(super) fn of(seat: &Seat) -> Self {
        let state = match seat.state {
            _ if seat.restarts() => ChildState::Restarting,
            State::Starting => ChildState::Starting,
            State::Running => ChildState::Running,
            State::Ending | State::Parked => ChildState::Stopping,
            State::Down => ChildState::Stopped,
        };
        Self {
            id: seat.id().to_string(),
            actor: seat.occupant.as_ref().map(Occupant::reference),
            kind: seat.terms.kind,
            state,
        }
    }
}
