//! What a factory may return.

use crate::error::ActorError;
use crate::kernel::actor::Actor;

/// An actor, or a `Result` with one: what the factory given to [`ActorSystem::actor`](crate::ActorSystem::actor)
/// returns.
pub trait IntoActor: Send + 'static {
    /// The actor's type.
    type Actor: Actor;

    /// The actor.
    ///
    /// # Errors
    ///
    /// The factory's own: the start has failed.
    fn into_actor(self) -> Result<Self::Actor, ActorError>;
}

impl<A: Actor> IntoActor for A {
    type Actor = A;

    fn into_actor(self) -> Result<A, ActorError> {
        Ok(self)
    }
}

impl<A: Actor, E: Into<ActorError> + Send + 'static> IntoActor for Result<A, E> {
    type Actor = A;

    fn into_actor(self) -> Result<A, ActorError> {
        self.map_err(Into::into)
    }
}
