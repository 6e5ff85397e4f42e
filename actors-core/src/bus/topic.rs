//! One topic: its type, what it retains, and who gets its events.

use std::any::TypeId;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dashmap::DashMap;

use super::error::TypeConflict;
use super::event::{AnyEvent, Event};
use super::group::Group;
use super::type_map::TypeMap;

/// Events a topic retains unless it was told otherwise.
pub(super) const DEFAULT_RETENTION: usize = 1024;

/// One topic.
pub(super) struct EventTopic {
    name: Arc<str>,
    carries: EventType,
    state: Mutex<State>,
}

struct State {
    retained: VecDeque<AnyEvent>,
    retention: usize,
    /// Shared with publishers, which offer events without the lock.
    groups: Arc<[Arc<Group>]>,
}

/// The type of a topic's events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EventType {
    id: TypeId,
    name: &'static str,
}

impl EventType {
    pub(super) fn of<E: 'static>() -> Self {
        Self { id: TypeId::of::<E>(), name: std::any::type_name::<E>() }
    }
}

impl EventTopic {
    pub(super) fn new(name: Arc<str>, carries: EventType, groups: Vec<Arc<Group>>) -> Self {
        let state = State { retained: VecDeque::new(), retention: DEFAULT_RETENTION, groups: groups.into() };
        Self { name, carries, state: Mutex::new(state) }
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(super) fn check(&self, other: EventType) -> Result<(), TypeConflict> {
        if self.carries == other {
            return Ok(());
        }
        Err(TypeConflict { topic: self.name.to_string(), carries: self.carries.name, other: other.name })
    }

    /// Retains an event and gives the groups it is for. A group that comes later finds it among the retained ones.
    pub(super) fn record(&self, event: &AnyEvent) -> Arc<[Arc<Group>]> {
        let mut state = self.lock();
        let displaced = state.retain(event);
        let groups = state.groups.clone();
        drop(state);
        // Outside the lock: a user's `Drop` may run.
        drop(displaced);
        groups
    }

    /// Like [`record`](Self::record), but only if each group that makes publishers wait has room, which is then taken.
    pub(super) fn record_if_room(&self, event: &AnyEvent) -> Option<Arc<[Arc<Group>]>> {
        let mut state = self.lock();
        let waiting = || state.groups.iter().filter(|group| group.would_wait());
        if let Some(full) = waiting().position(|group| !group.reserve()) {
            waiting().take(full).for_each(|group| group.release());
            return None;
        }
        let displaced = state.retain(event);
        let groups = state.groups.clone();
        drop(state);
        drop(displaced);
        Some(groups)
    }

    /// Adds a group; with `replay` it gets what is retained first.
    pub(super) fn add(&self, group: &Arc<Group>, replay: bool) {
        let mut state = self.lock();
        if replay {
            state.retained.iter().for_each(|event| group.replay(event.clone()));
        }
        state.groups = state.groups.iter().cloned().chain([group.clone()]).collect();
    }

    /// The first group for which `wanted` holds.
    pub(super) fn find(&self, wanted: impl Fn(&Group) -> bool) -> Option<Arc<Group>> {
        self.lock().groups.iter().find(|group| wanted(group)).cloned()
    }

    pub(super) fn remove(&self, group: &Arc<Group>) {
        let mut state = self.lock();
        state.groups = state.groups.iter().filter(|other| !Arc::ptr_eq(other, group)).cloned().collect();
    }

    pub(super) fn set_retention(&self, events: usize) {
        let mut state = self.lock();
        state.retention = events;
        let excess = state.retained.len().saturating_sub(events);
        let displaced: Vec<_> = state.retained.drain(..excess).collect();
        drop(state);
        drop(displaced);
    }

    pub(super) fn retained(&self) -> usize {
        self.lock().retained.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Retains an event; gives the one whose place it takes.
    #[must_use]
    fn retain(&mut self, event: &AnyEvent) -> Option<AnyEvent> {
        if self.retention == 0 {
            return None;
        }
        let full = self.retained.len() >= self.retention;
        let displaced = if full { self.retained.pop_front() } else { None };
        self.retained.push_back(event.clone());
        displaced
    }
}

/// All topics. It never lends out what it holds.
#[derive(Default)]
pub(super) struct Topics {
    by_name: DashMap<Arc<str>, Arc<EventTopic>>,
    /// Those found by the type of their events before, which needs no name.
    by_type: TypeMap<Arc<EventTopic>>,
}

impl Topics {
    pub(super) fn get(&self, name: &str) -> Option<Arc<EventTopic>> {
        self.by_name.get(name).map(|topic| topic.clone())
    }

    pub(super) fn insert(&self, topic: Arc<EventTopic>) {
        self.by_name.insert(topic.name().clone(), topic);
    }

    pub(super) fn of_type<E: Event>(&self) -> Option<Arc<EventTopic>> {
        self.by_type.get::<E>()
    }

    /// From here on it is found by the type of its events. Topics stay, so this holds for ever.
    pub(super) fn remember<E: Event>(&self, topic: &Arc<EventTopic>) {
        self.by_type.insert::<E>(topic.clone());
    }

    pub(super) fn all(&self) -> Vec<Arc<EventTopic>> {
        self.by_name.iter().map(|topic| topic.clone()).collect()
    }
}
