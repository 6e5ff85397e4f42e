//! What the factory of a child sees of the children started before it.

use std::sync::{Arc, Weak};

use super::roster::{Occupant, Roster};
use super::{Children, SupervisorRef};
use crate::error::ChildError;
use crate::id::short_type_name;
use crate::kernel::actor::Actor;
use crate::kernel::refs::ActorRef;

/// The other children of a supervisor, for the factory of one of them.
#[derive(Debug)]
pub struct Siblings(Weak<Roster>);

impl Siblings {
    pub(super) fn new(roster: &Arc<Roster>) -> Self {
        Self(Arc::downgrade(roster))
    }

    /// The child with this id: an [`ActorRef`], a [`SupervisorRef`] or [`Children`].
    ///
    /// # Errors
    ///
    /// [`ChildError`] if there is none, it has not been started yet, or it is of another type.
    pub fn get<T: Child>(&self, id: &str) -> Result<T, ChildError> {
        let roster = self.0.upgrade().ok_or(ChildError::Stopped)?;
        find(&roster, id)
    }
}

/// The child with this id, as a reference of type `T`.
pub(super) fn find<T: Child>(roster: &Roster, id: &str) -> Result<T, ChildError> {
    let occupant = roster.occupant(id)?;
    T::of(&Found(&occupant)).ok_or_else(|| {
        let found = occupant.cell.core().kind();
        if occupant.cell.core().is_alive() {
            ChildError::WrongType { expected: T::expected(), found }
        } else {
            ChildError::NotRunning
        }
    })
}

/// A child as a supervisor finds it.
pub struct Found<'a>(&'a Occupant);

/// A reference to a child of a supervisor: [`ActorRef`], [`SupervisorRef`], [`Children`]. Not for others to implement.
pub trait Child: Sized + sealed::Sealed {
    #[doc(hidden)]
    fn of(found: &Found<'_>) -> Option<Self>;

    #[doc(hidden)]
    fn expected() -> &'static str {
        short_type_name::<Self>()
    }
}

mod sealed {
    pub trait Sealed {}
    impl<A: super::Actor> Sealed for super::ActorRef<A> {}
    impl Sealed for super::SupervisorRef {}
    impl<A: super::Actor> Sealed for super::Children<A> {}
}

impl<A: Actor> Child for ActorRef<A> {
    fn of(found: &Found<'_>) -> Option<Self> {
        found.0.reference().downcast()
    }

    fn expected() -> &'static str {
        short_type_name::<A>()
    }
}

impl Child for SupervisorRef {
    fn of(found: &Found<'_>) -> Option<Self> {
        found.0.supervisor()
    }
}

impl<A: Actor> Child for Children<A> {
    fn of(found: &Found<'_>) -> Option<Self> {
        Self::over(found.0.supervisor()?)
    }
}
