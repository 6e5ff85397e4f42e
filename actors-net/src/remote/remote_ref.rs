//! The typed reference to a remote actor.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use actors_core::{
    Actor, ActorPath, DeadLetterReason, Endpoint, EndpointKey, Parcel, Recipient, Refusal, RefusalKind,
    Request, Responder, SendError, Tell, Watchable, Watched,
};

use super::{RemoteMessage, RemoteTarget};

/// A reference to an actor on another node: like [`ActorRef`](actors_core::ActorRef), for messages that can travel.
///
/// It is good for one incarnation of the node: once the connection is lost everything fails at once, and the actor has
/// to be looked up again.
pub struct RemoteRef<A: Actor> {
    target: Arc<RemoteTarget>,
    actor: PhantomData<fn(A)>,
}

impl<A: Actor> RemoteRef<A> {
    pub(crate) fn new(target: RemoteTarget) -> Self {
        Self { target: Arc::new(target), actor: PhantomData }
    }

    /// Sends a message: at most once, in the order of this sender; waits while too much is to be written to the peer.
    ///
    /// # Errors
    ///
    /// [`SendError`] gives the message back if the connection is lost or the message cannot be sent.
    pub fn tell<M: RemoteMessage>(&self, message: M) -> Tell<'_, M>
    where
        A: Responder<M>,
    {
        Tell::new(self, message)
    }

    /// Sends a message without waiting.
    ///
    /// # Errors
    ///
    /// As [`tell`](Self::tell), and [`SendError::Full`] if it would wait.
    pub fn try_tell<M: RemoteMessage>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Responder<M>,
    {
        Request::new(self, message).try_tell()
    }

    /// Sends a message and gives its answer when awaited.
    pub fn ask<M: RemoteMessage>(&self, message: M) -> Request<'_, M>
    where
        A: Responder<M>,
    {
        Request::new(self, message)
    }

    /// A reference that knows only the message.
    pub fn recipient<M: RemoteMessage>(&self) -> Recipient<M>
    where
        A: Responder<M>,
    {
        Recipient::new(self.clone())
    }

    /// The node and the name it is exported under, as in `/node/name`.
    pub fn path(&self) -> ActorPath {
        self.target.path()
    }

    /// Whether the connection to its node stands.
    pub fn is_alive(&self) -> bool {
        self.target.connection.is_open()
    }
}

impl<A: Responder<M>, M: RemoteMessage> Endpoint<M> for RemoteRef<A> {
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>> {
        self.target.connection.send(&self.target, parcel)
    }

    fn wait_for_room(
        &self,
        mut parcel: Parcel<M>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), Refusal<M>>> + Send>> {
        let target = self.target.clone();
        Box::pin(async move {
            loop {
                let room = target.connection.room();
                parcel = match target.connection.send(&target, parcel) {
                    Err(Refusal { kind: RefusalKind::Busy, parcel }) => parcel,
                    outcome => return outcome,
                };
                room.await;
            }
        })
    }

    fn to_recipient(&self) -> Recipient<M> {
        self.recipient()
    }

    fn path(&self) -> ActorPath {
        Self::path(self)
    }

    fn key(&self) -> EndpointKey {
        self.target.key()
    }

    fn is_alive(&self) -> bool {
        Self::is_alive(self)
    }

    fn watched(&self) -> Option<Arc<dyn Watched>> {
        Some(self.target.clone())
    }

    fn bury(&self, message: M, reason: DeadLetterReason) {
        self.target.connection.bury(|| self.target.path(), M::WIRE_NAME, reason, message);
    }
}

impl<A: Actor> Watchable for RemoteRef<A> {
    fn watched(&self) -> Arc<dyn Watched> {
        self.target.clone()
    }
}

impl<A: Actor> Clone for RemoteRef<A> {
    fn clone(&self) -> Self {
        Self { target: self.target.clone(), actor: PhantomData }
    }
}

impl<A: Actor> PartialEq for RemoteRef<A> {
    fn eq(&self, other: &Self) -> bool {
        self.target.key() == other.target.key()
    }
}

impl<A: Actor> Eq for RemoteRef<A> {}

impl<A: Actor> Hash for RemoteRef<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.target.key().hash(state);
    }
}

impl<A: Actor> fmt::Debug for RemoteRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteRef({})", self.path())
    }
}
