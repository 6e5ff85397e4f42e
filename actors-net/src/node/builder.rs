//! Starting a node.

use std::net::SocketAddr;

use actors_core::{ActorSystem, is_valid_name};
use tokio::net::TcpListener;

use super::local::Node;
use crate::auth::Auth;
use crate::error::NodeError;
use crate::limits::Limits;

/// A node about to be started. Made by [`Node::builder`].
#[must_use = "the node runs once `start` is awaited"]
#[derive(Debug, Clone)]
pub struct NodeBuilder {
    name: String,
    listen: Option<String>,
    auth: Option<Auth>,
    limits: Limits,
}

impl NodeBuilder {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), listen: None, auth: None, limits: Limits::default() }
    }

    /// Accepts connections at this address, as in `127.0.0.1:0`; port 0 takes any that is free. A node that does not
    /// listen can still dial others.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Chooses how peers authenticate.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Sets the node's limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Starts the node; it ends with the system.
    ///
    /// # Errors
    ///
    /// [`NodeError`] says what to do.
    pub async fn start(self, system: &ActorSystem) -> Result<Node, NodeError> {
        let auth = self.auth.ok_or(NodeError::NoAuth)?;
        if !is_valid_name(&self.name) {
            return Err(NodeError::InvalidName(self.name));
        }
        let listener = match self.listen {
            None => None,
            Some(text) => {
                let address: SocketAddr = text.parse().map_err(|_| NodeError::InvalidAddress(text))?;
                if !auth.permits(address) {
                    return Err(NodeError::NotLoopback(address));
                }
                Some(TcpListener::bind(address).await.map_err(|error| NodeError::Bind(address, error))?)
            }
        };
        Node::run(system.clone(), self.name, auth, self.limits, listener)
    }
}
