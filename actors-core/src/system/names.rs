//! From names and paths to references.

use super::ActorSystem;
use crate::error::LookupError;
use crate::id::{ActorId, short_type_name};
use crate::kernel::actor::Actor;
use crate::kernel::refs::{ActorRef, AnyActorRef};

impl ActorSystem {
    /// The running actor with this name.
    ///
    /// # Errors
    ///
    /// [`LookupError`] tells a name nobody has from one whose actor is of another type.
    pub fn lookup<A: Actor>(&self, name: &str) -> Result<ActorRef<A>, LookupError> {
        let found = self.0.registry.find(name)?;
        if !found.is::<A>() {
            let (expected, found) = (short_type_name::<A>(), found.type_name());
            return Err(LookupError::WrongType { name: name.to_owned(), expected, found });
        }
        found.downcast().ok_or_else(|| LookupError::NotFound { name: name.to_owned() })
    }

    /// Waits until an actor of this type has this name. The name may have been free, or have had other owners, any number of
    /// times before; one of another type is waited out.
    ///
    /// Nobody starts actors any more once the system is shut down: whoever may wait for so long sets a timeout.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn await_name<A: Actor>(&self, name: &str) -> ActorRef<A> {
        let mut changes = self.0.registry.changes();
        loop {
            changes.mark_unchanged();
            if let Ok(found) = self.lookup(name) {
                return found;
            }
            // The sender lives in the system, which `self` keeps.
            let _ = changes.changed().await;
        }
    }

    /// The running actor with this name, or at this path if it begins with a slash, whatever its type. What comes back
    /// does not keep it alive.
    ///
    /// ```
    /// # use actors_core::*;
    /// # struct Counter;
    /// # impl Actor for Counter {}
    /// # #[tokio::main] async fn main() -> Result<(), ActorError> {
    /// # let system = ActorSystem::new();
    /// let counter = system.spawn(Counter);
    /// let found = system.resolve(counter.path())?;
    /// assert_eq!((found.type_name(), found.id()), ("Counter", counter.id()));
    /// assert_eq!(found.downcast::<Counter>(), Some(counter));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LookupError::NotFound`].
    pub fn resolve(&self, name_or_path: impl AsRef<str>) -> Result<AnyActorRef, LookupError> {
        let text = name_or_path.as_ref();
        let Some((_, label)) = text.rsplit_once('/') else { return self.0.registry.find(text) };
        let is_there = |actor: &AnyActorRef| actor.path().as_str() == text;
        let by_number = number_of(label).and_then(|id| self.0.directory.find(id)).map(AnyActorRef::new);
        let found = by_number.or_else(|| self.0.registry.find(label).ok()).filter(is_there);
        // Children have labels that need not be names.
        let found = found.or_else(|| self.0.directory.find_child(text).map(AnyActorRef::new));
        found.ok_or_else(|| LookupError::NotFound { name: text.to_owned() })
    }

    /// The names of running actors, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.registry.names()
    }
}

/// The number in the label of an actor without a name, as in `Counter#7`. Names have no such sign.
fn number_of(label: &str) -> Option<ActorId> {
    label.rsplit_once('#')?.1.parse().ok().map(ActorId)
}
