//! Another node, as long as the connection to it stands.

use std::fmt;
use std::sync::Arc;

use actors_core::Actor;

use crate::connection::Connection;
use crate::error::RemoteLookupError;
use crate::remote::{RemoteRef, RemoteTarget};

/// A node this one is connected to.
#[derive(Clone)]
pub struct Peer {
    connection: Arc<Connection>,
}

impl Peer {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self { connection }
    }

    /// The peer's name, as it introduced itself.
    pub fn name(&self) -> &str {
        self.connection.peer_name()
    }

    /// Whether the connection stands.
    pub fn is_connected(&self) -> bool {
        self.connection.is_open()
    }

    /// Waits until the connection is lost or closed.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn closed(&self) {
        self.connection.closed().await;
    }

    /// A reference to the actor that the peer exports under this name.
    ///
    /// The actor's type is taken on trust; each message is checked by the peer against what the export accepts.
    ///
    /// # Errors
    ///
    /// [`RemoteLookupError`] if there is no such export or the connection is lost.
    pub async fn lookup<A: Actor>(&self, name: &str) -> Result<RemoteRef<A>, RemoteLookupError> {
        match self.connection.look_up(name).await {
            Err(()) => Err(RemoteLookupError::ConnectionLost),
            Ok(None) => {
                Err(RemoteLookupError::NotFound { node: self.name().to_owned(), name: name.to_owned() })
            }
            Ok(Some(target)) => Ok(RemoteRef::new(RemoteTarget {
                connection: self.connection.clone(),
                target,
                name: name.to_owned(),
            })),
        }
    }

    /// Bytes that wait to be written to the peer.
    pub fn outbound_bytes(&self) -> usize {
        self.connection.queued_bytes()
    }

    /// Questions to the peer without an answer yet.
    pub fn pending_asks(&self) -> usize {
        self.connection.pending_asks()
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peer({}, {})", self.name(), if self.is_connected() { "connected" } else { "lost" })
    }
}
