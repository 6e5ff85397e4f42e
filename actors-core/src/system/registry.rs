//! Names of running actors.

use std::any::Any;
use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use tokio::sync::watch;

use crate::error::LookupError;
use crate::id::{ActorId, short_type_name};
use crate::kernel::actor::Actor;
use crate::kernel::cell::{AnyCell, Cell};
use crate::kernel::refs::ActorRef;

/// Which actor has which name. It never lends out what it holds.
pub(crate) struct Registry {
    names: DashMap<Arc<str>, Arc<dyn AnyCell>>,
    /// Counts registrations, for those who wait for one.
    changes: watch::Sender<u64>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self { names: DashMap::new(), changes: watch::Sender::new(0) }
    }

    /// Takes the name, if no running actor has it.
    pub(crate) fn register(&self, name: &Arc<str>, cell: &Arc<dyn AnyCell>) -> bool {
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

    pub(crate) fn find<A: Actor>(&self, name: &str) -> Result<ActorRef<A>, LookupError> {
        let not_found = || LookupError::NotFound { name: name.to_owned() };
        let cell = self.names.get(name).map(|entry| entry.clone()).ok_or_else(not_found)?;
        let found = cell.core().kind();
        let cell: Arc<dyn Any + Send + Sync> = cell;
        match cell.downcast::<Cell<A>>() {
            Err(_) => {
                Err(LookupError::WrongType { name: name.to_owned(), expected: short_type_name::<A>(), found })
            }
            Ok(cell) if cell.core.try_add_handle() => Ok(ActorRef::counted(cell)),
            Ok(_) => Err(not_found()),
        }
    }

    /// Completes with each change after this call.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
