//! All actors that run.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use super::departed::Departed;
use crate::id::ActorId;
use crate::kernel::any_cell::AnyCell;
use crate::mailbox::Home;
use crate::sync::{Lock, LockGuard};

/// Which actors run: those the system shuts down by itself, and those their parents do.
///
/// Each has a place of its own, so that coming and going takes a few steps.
pub(crate) struct Directory {
    shards: [Lock<Places>; SHARDS],
    families: Lock<HashMap<ActorId, BTreeSet<ActorId>>>,
    /// Set when the shutdown comes to the actors: from then on none without a parent starts.
    closing: AtomicBool,
}

/// So many may come or go at once.
const SHARDS: usize = 16;
/// So many places are looked at under one lock, however many there are: whoever comes or goes waits that long.
const PORTION: usize = 256;

/// Where a shard's actors are; free places form a list.
#[derive(Default)]
struct Places {
    places: Vec<Place>,
    free: Option<u32>,
    taken: usize,
    /// How many of them have no parent.
    top_level: usize,
    departed: Departed,
}

enum Place {
    Taken(Home<dyn AnyCell>),
    Free(Option<u32>),
}

/// How far somebody has come who looks at all actors, some at a time.
#[derive(Clone, Copy, Default)]
pub(super) struct Cursor {
    shard: usize,
    place: usize,
}

impl Directory {
    pub(super) fn new() -> Self {
        Self { shards: Default::default(), families: Lock::default(), closing: AtomicBool::new(false) }
    }

    /// Takes an actor in; false if it has no parent and the system is shutting down.
    pub(super) fn enter(&self, cell: &Home<dyn AnyCell>) -> bool {
        let core = cell.core();
        let mut shard = self.shard_of(core.id);
        // Under the lock, so that a shutdown sees either the actor or the refusal.
        if core.parent().is_none() && self.closing.load(Ordering::Acquire) {
            return false;
        }
        core.set_place(shard.insert(cell.clone()));
        drop(shard);
        if let Some(parent) = core.parent() {
            self.families.lock().entry(parent).or_default().insert(core.id);
        }
        true
    }

    /// Forgets an actor that has ended; nothing happens if it is not there.
    pub(super) fn leave(&self, cell: &dyn AnyCell) {
        self.remove(cell, true);
    }

    /// Forgets an actor that does not start after all: it never was one.
    pub(super) fn withdraw(&self, cell: &dyn AnyCell) {
        self.remove(cell, false);
    }

    fn remove(&self, cell: &dyn AnyCell, has_lived: bool) {
        let core = cell.core();
        let Some(place) = core.take_place() else { return };
        let gone = self.shard_of(core.id).remove(place, has_lived);
        if let Some(parent) = core.parent()
            && let Entry::Occupied(mut siblings) = self.families.lock().entry(parent)
        {
            siblings.get_mut().remove(&core.id);
            if siblings.get().is_empty() {
                siblings.remove();
            }
        }
        // Dropped outside the locks: it may be the last one to hold the cell.
        drop(gone);
    }

    /// The actor with this number. Looks at a sixteenth of all.
    pub(super) fn find(&self, id: ActorId) -> Option<Home<dyn AnyCell>> {
        self.shard_of(id).running().find(|cell| cell.core().id == id).cloned()
    }

    /// The actor at this path, if it has a parent. Looks at all.
    pub(super) fn find_child(&self, path: &str) -> Option<Home<dyn AnyCell>> {
        let is_it =
            |cell: &&Home<dyn AnyCell>| cell.core().parent().is_some() && cell.core().path().as_str() == path;
        self.shards.iter().find_map(|shard| shard.lock().running().find(is_it).cloned())
    }

    /// All actors that run, the oldest first.
    pub(super) fn all(&self) -> Vec<Home<dyn AnyCell>> {
        let mut all = Vec::new();
        self.look_at_all(|cell| all.push(cell));
        all.sort_unstable_by_key(|cell| cell.core().id);
        all
    }

    /// Looks at each actor outside the locks. It may have gone by then; those that come meanwhile may be passed by.
    fn look_at_all(&self, look: impl FnMut(Home<dyn AnyCell>)) {
        let mut next = Some(Cursor::default());
        let portions = std::iter::from_fn(|| {
            let (cells, after) = self.some(next?, PORTION);
            next = after;
            Some(cells)
        });
        portions.flatten().for_each(look);
    }

    /// The actors at some of the places from a cursor on, and where to go on; `None` after the last.
    pub(super) fn some(&self, from: Cursor, places: usize) -> (Vec<Home<dyn AnyCell>>, Option<Cursor>) {
        let Some(shard) = self.shards.get(from.shard) else { return (Vec::new(), None) };
        let shard = shard.lock();
        let end = shard.places.len().min(from.place + places);
        let found = shard.places.get(from.place..end).unwrap_or_default();
        let found = found.iter().filter_map(Place::taken).cloned().collect();
        let next = if end < shard.places.len() {
            Cursor { place: end, ..from }
        } else {
            Cursor { shard: from.shard + 1, place: 0 }
        };
        (found, (next.shard < SHARDS).then_some(next))
    }

    /// Counts all actors, those that run and those that have ended.
    #[cfg(feature = "metrics")]
    pub(super) fn count(&self, census: &mut super::metrics::Census) {
        // First: whoever goes after this is counted among those that run, or not this time.
        for shard in &self.shards {
            let departed = shard.lock().departed.clone();
            census.count_departed(departed);
        }
        self.look_at_all(|cell| census.count_running(&*cell));
    }

    pub(super) fn children_of(&self, parent: ActorId) -> Vec<ActorId> {
        self.families.lock().get(&parent).map_or_else(Vec::new, |children| children.iter().copied().collect())
    }

    /// How many top-level actors run.
    pub(super) fn top_level(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().top_level).sum()
    }

    /// Lets no top-level actor in any more, and gives those that run, the youngest first.
    pub(super) fn close(&self) -> Vec<Home<dyn AnyCell>> {
        self.closing.store(true, Ordering::Release);
        self.youngest_first()
    }

    /// The top-level actors that run, the youngest first.
    pub(super) fn youngest_first(&self) -> Vec<Home<dyn AnyCell>> {
        let mut running = self.all();
        running.retain(|cell| cell.core().parent().is_none());
        running.reverse();
        running
    }

    fn shard_of(&self, id: ActorId) -> LockGuard<'_, Places> {
        self.shards[id.as_u64() as usize % SHARDS].lock()
    }
}

impl Places {
    fn insert(&mut self, cell: Home<dyn AnyCell>) -> u32 {
        self.taken += 1;
        self.top_level += usize::from(cell.core().parent().is_none());
        let Some(free) = self.free else {
            self.places.push(Place::Taken(cell));
            return u32::try_from(self.places.len() - 1).expect("fewer than 2^32 actors in a shard");
        };
        let before = std::mem::replace(&mut self.places[free as usize], Place::Taken(cell));
        self.free = if let Place::Free(next) = before { next } else { None };
        free
    }

    fn remove(&mut self, place: u32, has_lived: bool) -> Place {
        self.taken -= 1;
        let gone = std::mem::replace(&mut self.places[place as usize], Place::Free(self.free));
        if let Place::Taken(cell) = &gone {
            self.top_level -= usize::from(cell.core().parent().is_none());
            if has_lived {
                self.departed.note(cell.core());
            }
        }
        self.free = Some(place);
        if self.taken == 0 && self.places.len() > SHARDS {
            // After a crowd the room goes back.
            (self.places, self.free) = Default::default();
        }
        gone
    }

    fn running(&self) -> impl Iterator<Item = &Home<dyn AnyCell>> {
        self.places.iter().filter_map(Place::taken)
    }
}

impl Place {
    fn taken(&self) -> Option<&Home<dyn AnyCell>> {
        match self {
            Self::Taken(cell) => Some(cell),
            Self::Free(_) => None,
        }
    }
}
