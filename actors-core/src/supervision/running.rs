//! A supervisor whose children have names in the program: what `#[derive(Supervisor)]` starts.

use std::fmt;
use std::ops::Deref;

use super::{Child, IntoActor, SupervisorRef};
use crate::error::{ActorError, ChildError, StartError};
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;

/// A running supervisor made from a struct `S`, to which it dereferences: its fields are references to the children.
///
/// Dropping it ends nothing; [`supervisor`](Self::supervisor) does.
#[derive(Clone)]
pub struct Running<S> {
    fields: S,
    supervisor: SupervisorRef,
}

impl<S> Running<S> {
    /// Gives the children names; if one cannot be found, the supervisor is shut down again. For macros.
    #[doc(hidden)]
    pub async fn assemble(
        supervisor: SupervisorRef,
        fields: impl FnOnce(&SupervisorRef) -> Result<S, StartError>,
    ) -> Result<Self, StartError> {
        match fields(&supervisor) {
            Ok(fields) => Ok(Self { fields, supervisor }),
            Err(error) => {
                supervisor.shutdown().await;
                Err(error)
            }
        }
    }

    /// The supervisor itself: its management calls, its end.
    pub fn supervisor(&self) -> &SupervisorRef {
        &self.supervisor
    }
}

impl SupervisorRef {
    /// The child with this id, which has just been started. For macros.
    #[doc(hidden)]
    pub fn field<T: Child>(&self, id: &str) -> Result<T, StartError> {
        let failed = |error: ChildError| StartError::Child {
            id: id.to_owned(),
            reason: ExitReason::Failed(error.into()),
        };
        self.child(id).map_err(failed)
    }
}

/// The state of an actor of type `A`, from what a factory returned. For macros, whose errors then name the type.
#[doc(hidden)]
pub fn state_of<A: Actor, R: IntoActor<Actor = A>>(made: R) -> Result<A, ActorError> {
    made.into_actor()
}

impl<S> Deref for Running<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.fields
    }
}

impl<S> fmt::Debug for Running<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({})", self.supervisor.path())
    }
}
