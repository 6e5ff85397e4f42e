//! A reference that does not keep its actor alive.

use std::fmt;

use crate::kernel::actor::Actor;
use crate::kernel::cell::Cell;
use crate::kernel::refs::ActorRef;
use crate::mailbox::{Home, WeakHome};

/// A reference that does not keep the actor alive: [`upgrade`](Self::upgrade) it to use it.
pub struct WeakActorRef<A: Actor> {
    cell: WeakHome<Cell<A>>,
}

impl<A: Actor> WeakActorRef<A> {
    pub(crate) fn new(cell: &Home<Cell<A>>) -> Self {
        Self { cell: cell.downgrade() }
    }

    /// A strong reference, unless the actor has ended or is about to because there was none left.
    pub fn upgrade(&self) -> Option<ActorRef<A>> {
        let cell = self.cell.upgrade()?;
        cell.core.try_add_handle().then(|| ActorRef::counted(cell))
    }
}

impl<A: Actor> Clone for WeakActorRef<A> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone() }
    }
}

impl<A: Actor> fmt::Debug for WeakActorRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cell.upgrade() {
            Some(cell) => write!(f, "WeakActorRef({})", cell.core.path()),
            None => f.write_str("WeakActorRef(gone)"),
        }
    }
}
