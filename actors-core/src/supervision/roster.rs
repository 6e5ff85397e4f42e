//! The children of one supervisor, in the order of their start.
//!
//! ```text
//!         launch             Started              end, crash             Gone
//!  Down ─────────> Starting ─────────> Running ──────────────> Ending ─────────> Down, or no seat any more
//!                    ^                    │ over                  │ over
//!                    │ Restart            v                       v
//!                    └──────────────── Parked <───────────────────┘
//! ```
//!
//! A parked child is an actor between two lives: its address and its queue are there, its state is not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::backoff::Retreat;
use super::child_spec::{ChildKind, ChildSpec, Terms};
use super::post::Post;
use super::reference::SupervisorRef;
use super::strategy::Policy;
use crate::error::ChildError;
use crate::exit::ExitReason;
use crate::id::{ActorId, Incarnation};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::refs::AnyActorRef;
use crate::mailbox::Home;
use crate::sync::{Lock, LockGuard};

/// A child's place in the order of start.
pub(super) type Key = u64;

/// Outlives the lives of the supervisor: static children keep their places, and their addresses, across its restarts.
pub(super) struct Roster {
    pub(super) policy: Policy,
    /// How many specifications every life of the supervisor begins with; their keys are `0..`.
    pub(super) originals: Key,
    /// Whether the supervisor may have further lives, which take over the children of the last one.
    pub(super) is_nested: bool,
    seats: Lock<Seats>,
}

#[derive(Default)]
pub(super) struct Seats {
    /// What a life begins with, kept as long as there may be a life.
    originals: Vec<ChildSpec>,
    /// Set when the supervisor has ended for good.
    is_closed: bool,
    by_key: BTreeMap<Key, Seat>,
    by_id: HashMap<Arc<str>, Key>,
    by_actor: HashMap<ActorId, Key>,
    next: Key,
}

/// The place of one child.
pub(super) struct Seat {
    /// None for dynamic children, which cannot be started again once they are gone.
    pub(super) spec: Option<ChildSpec>,
    pub(super) terms: Terms,
    pub(super) state: State,
    pub(super) occupant: Option<Occupant>,
    /// The life of the occupant that events have to be about.
    pub(super) life: u32,
    /// Whether its first start is still to succeed, and was asked for by somebody who will be told.
    pub(super) is_new: bool,
    /// Whether it failed and is to run again.
    pub(super) is_restarting: bool,
    /// Since when its life has been running; none if that has not started.
    pub(super) up_since: Option<Instant>,
    pub(super) retreat: Option<Retreat>,
    /// Whom to tell how its start went.
    pub(super) starters: Vec<Starter>,
    /// What they are told when the actor, which is not to run after all, has ended and its name is free.
    pub(super) outcome: Option<StartOutcome>,
    /// Whom to tell that it has ended. While there is one, it ends for good.
    pub(super) enders: Vec<oneshot::Sender<Result<(), ChildError>>>,
}

pub(super) type StartOutcome = Result<Option<AnyActorRef>, ChildError>;

pub(super) type Starter = oneshot::Sender<StartOutcome>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Down,
    Starting,
    Running,
    Ending,
    Parked,
}

/// The actor in a seat.
#[derive(Clone)]
pub(super) struct Occupant {
    pub(super) cell: Home<dyn AnyCell>,
    pub(super) post: Arc<Post>,
    /// Its own children, if it is a supervisor.
    pub(super) tree: Option<Arc<Roster>>,
}

impl Roster {
    pub(super) fn new(policy: Policy, originals: Vec<ChildSpec>, is_nested: bool) -> Self {
        let count = originals.len() as Key;
        let seats = Seats { originals, ..Seats::default() };
        Self { policy, originals: count, is_nested, seats: Lock::new(seats) }
    }

    pub(super) fn seats(&self) -> LockGuard<'_, Seats> {
        self.seats.lock()
    }

    /// The reference to a child that runs, starts or restarts.
    pub(super) fn occupant(&self, id: &str) -> Result<Occupant, ChildError> {
        let seats = self.seats();
        if seats.is_closed {
            return Err(ChildError::Stopped);
        }
        let key = seats.key_of(id).ok_or(ChildError::NotFound)?;
        let seat = seats.by_key.get(&key).ok_or(ChildError::NotFound)?;
        seat.occupant.clone().ok_or(ChildError::NotRunning)
    }

    /// A new life of the supervisor begins: the children it was given once, and no others.
    pub(super) fn begin_anew(&self) {
        let mut seats = self.seats();
        let added = seats.by_key.split_off(&self.originals);
        for seat in added.values() {
            if let Some(spec) = &seat.spec {
                seats.by_id.remove(&spec.id);
            }
        }
        seats.next = self.originals.max(seats.next);
        let originals = std::mem::take(&mut seats.originals);
        for (key, spec) in (0..).zip(&originals) {
            seats.by_id.insert(spec.id.clone(), key);
            seats.by_key.entry(key).or_insert_with(|| Seat::of_spec(spec.clone())).renew();
        }
        if self.is_nested {
            seats.originals = originals;
        }
        drop(seats);
        // Dropped outside the lock: the last hold on an actor may be among it.
        drop(added);
    }

    /// No life of the supervisor follows: lets go of everything, since factories may hold references to it.
    pub(super) fn close(&self) {
        let closed = Seats { is_closed: true, ..Seats::default() };
        let last = std::mem::replace(&mut *self.seats(), closed);
        // Outside the lock, as above.
        drop(last);
    }
}

impl Seats {
    pub(super) fn get(&mut self, key: Key) -> Option<&mut Seat> {
        self.by_key.get_mut(&key)
    }

    pub(super) fn key_of(&self, id: &str) -> Option<Key> {
        self.by_id.get(id).copied()
    }

    pub(super) fn add(&mut self, seat: Seat) -> Key {
        let key = self.next;
        self.next += 1;
        if let Some(spec) = &seat.spec {
            self.by_id.insert(spec.id.clone(), key);
        }
        self.by_key.insert(key, seat);
        key
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Seat> {
        let seat = self.by_key.remove(&key)?;
        if let Some(spec) = &seat.spec {
            self.by_id.remove(&spec.id);
        }
        if let Some(occupant) = &seat.occupant {
            self.by_actor.remove(&occupant.cell.core().id);
        }
        Some(seat)
    }

    /// Puts an actor in a seat.
    pub(super) fn occupy(&mut self, key: Key, occupant: Occupant) {
        self.by_actor.insert(occupant.cell.core().id, key);
        if let Some(seat) = self.by_key.get_mut(&key) {
            seat.occupant = Some(occupant);
        }
    }

    /// Takes the actor out of its seat.
    pub(super) fn vacate(&mut self, key: Key) -> Option<Occupant> {
        let occupant = self.by_key.get_mut(&key)?.occupant.take()?;
        self.by_actor.remove(&occupant.cell.core().id);
        Some(occupant)
    }

    /// Nobody is told any more how a start or an end went, because the supervisor ends.
    pub(super) fn give_up_waiting(&mut self) {
        for seat in self.by_key.values_mut() {
            seat.starters.clear();
            seat.enders.clear();
        }
    }

    /// In the order of start.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = (Key, &Seat)> {
        self.between(0, Key::MAX)
    }

    /// In the order of start, from one key on and below another.
    pub(super) fn between(&self, from: Key, below: Key) -> impl DoubleEndedIterator<Item = (Key, &Seat)> {
        self.by_key.range(from..below.max(from)).map(|(&key, seat)| (key, seat))
    }

    /// In the order of start, from `key` on.
    pub(super) fn all_from(&mut self, key: Key) -> impl Iterator<Item = &mut Seat> {
        self.by_key.range_mut(key..).map(|(_, seat)| seat)
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// The actors there are, in the order of start.
    pub(super) fn occupants(&self) -> impl DoubleEndedIterator<Item = (Key, &Seat, &Occupant)> {
        self.by_key
            .iter()
            .filter_map(|(&key, seat)| seat.occupant.as_ref().map(|occupant| (key, seat, occupant)))
    }

    /// The seat of this actor.
    pub(super) fn key_of_actor(&self, actor: &AnyActorRef) -> Option<Key> {
        self.by_actor.get(&actor.id()).copied()
    }
}

impl Seat {
    pub(super) fn of_spec(spec: ChildSpec) -> Self {
        Self { spec: Some(spec.clone()), ..Self::dynamic(spec.terms) }
    }

    pub(super) fn dynamic(terms: Terms) -> Self {
        Self {
            spec: None,
            retreat: terms.backoff.map(Retreat::new),
            terms,
            state: State::Down,
            occupant: None,
            life: 0,
            is_new: false,
            is_restarting: false,
            up_since: None,
            starters: Vec::new(),
            outcome: None,
            enders: Vec::new(),
        }
    }

    /// What is left of it when a new life of the supervisor takes over: a parked actor, or nothing.
    fn renew(&mut self) {
        self.occupant = self.occupant.take().filter(|occupant| occupant.post.is_parked());
        (self.is_new, self.is_restarting) = (false, self.occupant.is_some());
        self.outcome = None;
        self.state = if self.occupant.is_some() { State::Parked } else { State::Down };
        self.starters.clear();
        self.enders.clear();
    }

    pub(super) fn id(&self) -> Arc<str> {
        match (&self.spec, &self.occupant) {
            (Some(spec), _) => spec.id.clone(),
            (None, Some(occupant)) => occupant.label(),
            (None, None) => Arc::default(),
        }
    }

    /// Whether it is between two lives, or will be.
    pub(super) fn restarts(&self) -> bool {
        self.is_restarting
            || self.state == State::Parked
            || (self.state == State::Starting && self.life > 1)
            || (self.state == State::Ending && !self.ends_for_good())
    }

    /// Whether no life of this actor follows the one that ends.
    pub(super) fn ends_for_good(&self) -> bool {
        !self.enders.is_empty() || self.outcome.is_some() || !self.outlasts_its_actor()
    }

    /// Whether it runs, or starts for the first time.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Starting | State::Running) && !self.restarts()
    }

    /// Whether a seat stays when its actor is gone.
    pub(super) fn outlasts_its_actor(&self) -> bool {
        self.spec.is_some() && !self.terms.restart.is_temporary()
    }

    pub(super) fn is_active(&self) -> bool {
        self.occupant.is_some() && !matches!(self.state, State::Down | State::Parked)
    }

    pub(super) fn answer_starters(&mut self, answer: &StartOutcome) {
        for starter in self.starters.drain(..) {
            // Whoever asked may have stopped waiting.
            let _ = starter.send(answer.clone());
        }
    }

    pub(super) fn answer_enders(&mut self) {
        for ender in self.enders.drain(..) {
            // As above.
            let _ = ender.send(Ok(()));
        }
    }
}

impl Occupant {
    pub(super) fn reference(&self) -> AnyActorRef {
        AnyActorRef::new(self.cell.clone())
    }

    pub(super) fn supervisor(&self) -> Option<SupervisorRef> {
        let tree = self.tree.clone()?;
        Some(SupervisorRef::new(self.reference().downcast()?, tree))
    }

    /// Ends one of its lives, counted from 1, in favour of the next.
    pub(super) fn end_life(&self, life: u32, kill: bool) {
        self.cell.end_life(Incarnation(life.saturating_sub(1)), kill);
    }

    /// The last part of its path.
    fn label(&self) -> Arc<str> {
        let path = self.cell.core().path();
        path.as_str().rsplit('/').next().unwrap_or_default().into()
    }
}

impl ChildKind {
    pub(super) fn is_supervisor(self) -> bool {
        self == Self::Supervisor
    }
}

/// The reason of a start that failed, as its starter is told.
pub(super) fn start_failure(reason: ExitReason) -> StartOutcome {
    Err(ChildError::Start(reason))
}
