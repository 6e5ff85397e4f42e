//! A reference that knows neither the actor's type nor its messages.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath, Incarnation};
use crate::kernel::actor::Actor;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::envelope::{downcast, is_of};
use crate::kernel::refs::ActorRef;
use crate::kernel::watch::{Watchable, Watched};
use crate::mailbox::Home;

/// An actor of whatever type: who it is, how it ends, and its reference again if its type is known.
///
/// It does not keep the actor alive.
#[derive(Clone)]
pub struct AnyActorRef {
    cell: Home<dyn AnyCell>,
}

impl AnyActorRef {
    pub(crate) fn new(cell: Home<dyn AnyCell>) -> Self {
        Self { cell }
    }

    pub(crate) fn into_cell(self) -> Home<dyn AnyCell> {
        self.cell
    }

    pub(super) fn cell(&self) -> &dyn AnyCell {
        &*self.cell
    }

    /// Its number in its system; it keeps it across restarts.
    pub fn id(&self) -> ActorId {
        self.cell.core().id
    }

    /// Where it stands in the tree.
    pub fn path(&self) -> ActorPath {
        self.cell.core().path()
    }

    /// The name of its type, without the module path.
    pub fn type_name(&self) -> &'static str {
        self.cell.core().kind()
    }

    /// Which of its lives it is in.
    pub fn incarnation(&self) -> Incarnation {
        self.cell.core().incarnation()
    }

    /// Whether it has not ended.
    pub fn is_alive(&self) -> bool {
        self.cell.core().is_alive()
    }

    /// Stops the actor after the messages that are queued already.
    pub fn stop(&self) {
        self.cell.stop(ExitReason::Normal);
    }

    /// Stops the actor after the handler that runs; what is queued becomes dead letters.
    pub fn stop_now(&self) {
        self.cell.stop_now();
    }

    /// Drops the actor's future at its next await. No hook runs.
    pub fn kill(&self) {
        self.cell.kill();
    }

    /// Waits until the actor has ended for good, and gives the reason.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn wait(&self) -> ExitReason {
        self.cell.core().ended().await
    }

    /// Whether the actor is an `A`.
    pub fn is<A: Actor>(&self) -> bool {
        is_of::<A>(&*self.cell)
    }

    /// The reference, if the actor is an `A` and has not ended.
    pub fn downcast<A: Actor>(&self) -> Option<ActorRef<A>> {
        let cell = downcast(self.cell.clone())?;
        cell.core.try_add_handle().then(|| ActorRef::counted(cell))
    }

    /// The reference of an actor that somebody else keeps, or that has ended: what is sent to it then comes back.
    pub(crate) fn downcast_even_ended<A: Actor>(&self) -> Option<ActorRef<A>> {
        downcast(self.cell.clone()).map(ActorRef::new)
    }
}

impl Watchable for AnyActorRef {
    fn watched(&self) -> Arc<dyn Watched> {
        Arc::new(self.cell.clone())
    }
}

impl<A: Actor> From<&ActorRef<A>> for AnyActorRef {
    fn from(actor: &ActorRef<A>) -> Self {
        Self::new(actor.cell().clone().upcast())
    }
}

impl PartialEq for AnyActorRef {
    fn eq(&self, other: &Self) -> bool {
        self.cell.core().endpoint_key() == other.cell.core().endpoint_key()
    }
}

impl Eq for AnyActorRef {}

impl Hash for AnyActorRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl fmt::Debug for AnyActorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyActorRef({})", self.path())
    }
}
