//! Names of running actors.

use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use tokio::sync::watch;

use crate::error::LookupError;
use crate::id::ActorId;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::refs::AnyActorRef;
use crate::mailbox::Home;

/// Which actor has which name. It never lends out what it holds.
pub(crate) struct Registry {
    names: DashMap<Arc<str>, Home<dyn AnyCell>>,
    /// Counts registrations, for those who wait for one.
    changes: watch::Sender<u64>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self { names: DashMap::new(), changes: watch::Sender::new(0) }
    }

    /// Takes the name, if no running actor has it.
    pub(crate) fn register(&self, name: &Arc<str>, cell: &Home<dyn AnyCell>) -> bool {
        match self.names.entry(name.clone()) {
            Entry::Occupied(mut taken) if !taken.get().core().is_alive() => {
                taken.insert(cell.clone());
            }
            Entry::Occupied(_) => return false,
            Entry::Vacant(free) => {
                free.insert(cell.clone());
            }
        }
        self.changes.send_modify(|count| *count += 1);
        true
    }

    /// Frees the name, if this actor has it.
    pub(crate) fn release(&self, name: &str, id: ActorId) {
        self.names.remove_if(name, |_, cell| cell.core().id == id);
    }

    pub(crate) fn find(&self, name: &str) -> Result<AnyActorRef, LookupError> {
        let cell = self.names.get(name).map(|entry| entry.clone());
        let running = cell.filter(|cell| cell.core().is_alive()).map(AnyActorRef::new);
        running.ok_or_else(|| LookupError::NotFound { name: name.to_owned() })
    }

    /// The names of running actors, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let running = self.names.iter().filter(|entry| entry.value().core().is_alive());
        let mut names: Vec<_> = running.map(|entry| entry.key().to_string()).collect();
        names.sort_unstable();
        names
    }

    /// Completes with each change after this call.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
