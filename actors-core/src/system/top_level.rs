//! The actors that have no parent: the system shuts them down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::id::ActorId;
use crate::kernel::cell::AnyCell;

/// All top-level actors that run. Each has a place of its own, so that coming and going takes a few steps.
pub(super) struct TopLevel {
    shards: [Mutex<Places>; SHARDS],
    /// Set when the shutdown comes to the actors: from then on none starts.
    closing: AtomicBool,
}

/// So many may come or go at once.
const SHARDS: usize = 16;

/// Where a shard's actors are; free places form a list.
#[derive(Default)]
struct Places {
    places: Vec<Place>,
    free: Option<u32>,
    taken: usize,
}

enum Place {
    Taken(Arc<dyn AnyCell>),
    Free(Option<u32>),
}

impl TopLevel {
    pub(super) fn new() -> Self {
        Self { shards: Default::default(), closing: AtomicBool::new(false) }
    }

    /// Takes an actor in; false if the system is shutting down.
    pub(super) fn insert(&self, cell: &Arc<dyn AnyCell>) -> bool {
        let mut shard = self.lock(cell.core().id);
        // Under the lock, so that a shutdown sees either the actor or the refusal.
        if self.closing.load(Ordering::Acquire) {
            return false;
        }
        let place = shard.insert(cell.clone());
        cell.core().set_place(place);
        true
    }

    /// Forgets an actor; nothing happens if it is not there.
    pub(super) fn remove(&self, cell: &dyn AnyCell) {
        let Some(place) = cell.core().take_place() else { return };
        let gone = self.lock(cell.core().id).remove(place);
        // Dropped outside the lock: it may be the last one to hold the cell.
        drop(gone);
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).taken).sum()
    }

    /// Lets no actor in any more, and gives those that run, the youngest first.
    pub(super) fn close(&self) -> Vec<Arc<dyn AnyCell>> {
        self.closing.store(true, Ordering::Release);
        self.youngest_first()
    }

    pub(super) fn youngest_first(&self) -> Vec<Arc<dyn AnyCell>> {
        let mut running: Vec<_> = self.shards.iter().flat_map(|shard| lock(shard).running()).collect();
        running.sort_unstable_by_key(|cell| std::cmp::Reverse(cell.core().id));
        running
    }

    fn lock(&self, id: ActorId) -> MutexGuard<'_, Places> {
        lock(&self.shards[id.as_u64() as usize % SHARDS])
    }
}

fn lock(shard: &Mutex<Places>) -> MutexGuard<'_, Places> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Places {
    fn insert(&mut self, cell: Arc<dyn AnyCell>) -> u32 {
        self.taken += 1;
        let Some(free) = self.free else {
            self.places.push(Place::Taken(cell));
            return u32::try_from(self.places.len() - 1).expect("fewer than 2^32 actors in a shard");
        };
        let before = std::mem::replace(&mut self.places[free as usize], Place::Taken(cell));
        self.free = if let Place::Free(next) = before { next } else { None };
        free
    }

    fn remove(&mut self, place: u32) -> Place {
        self.taken -= 1;
        let gone = std::mem::replace(&mut self.places[place as usize], Place::Free(self.free));
        self.free = Some(place);
        if self.taken == 0 && self.places.len() > SHARDS {
            // After a crowd the room goes back.
            *self = Self::default();
        }
        gone
    }

    fn running(&self) -> Vec<Arc<dyn AnyCell>> {
        let taken = |place: &Place| if let Place::Taken(cell) = place { Some(cell.clone()) } else { None };
        self.places.iter().filter_map(taken).collect()
    }
}
