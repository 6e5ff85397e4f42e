//! What can go wrong with nodes.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// A node that did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum NodeError {
    /// The name is not one: `[A-Za-z0-9_.:-]{1,128}`.
    InvalidName(String),
    /// No way to authenticate was chosen.
    NoAuth,
    /// The address to listen on could not be understood.
    InvalidAddress(String),
    /// Without authentication a node listens on loopback only.
    NotLoopback(SocketAddr),
    /// The address could not be bound.
    Bind(SocketAddr, io::Error),
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidName(name) => write!(
                f,
                "{name:?} is not a node name: use 1 to 128 ASCII letters, digits and the characters _ . : -"
            ),
            Self::NoAuth => {
                f.write_str("choose how peers authenticate: `.auth(Auth::Insecure)` for loopback only")
            }
            Self::InvalidAddress(text) => {
                write!(f, "{text:?} is not an address: use an IP address and a port, as in 127.0.0.1:0")
            }
            Self::NotLoopback(address) => write!(
                f,
                "without authentication a node listens on loopback only, not on {address}; use 127.0.0.1 or [::1]"
            ),
            Self::Bind(address, error) => write!(f, "cannot listen on {address}: {error}"),
        }
    }
}

impl Error for NodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Bind(_, error) => Some(error),
            _ => None,
        }
    }
}

/// A connection that was not made.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// Without authentication a node dials loopback only.
    NotLoopback(SocketAddr),
    /// The address could not be reached.
    Dial(SocketAddr, io::Error),
    /// The other side did not answer as a node does.
    Handshake(String),
    /// This node has shut down.
    Closed,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => {
                write!(f, "without authentication a node dials loopback only, not {address}")
            }
            Self::Dial(address, error) => write!(f, "cannot connect to {address}: {error}"),
            Self::Handshake(why) => write!(f, "the other side is no node of this protocol: {why}"),
            Self::Closed => f.write_str("this node has shut down"),
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Dial(_, error) => Some(error),
            _ => None,
        }
    }
}

/// A name that could not be looked up on another node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoteLookupError {
    /// The node exports nothing under this name.
    NotFound {
        /// The node's name.
        node: String,
        /// The name that was looked for.
        name: String,
    },
    /// The connection was lost before the answer.
    ConnectionLost,
}

impl fmt::Display for RemoteLookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { node, name } => {
                write!(f, "the node \"{node}\" exports nothing under the name {name:?}")
            }
            Self::ConnectionLost => f.write_str("the connection to the node was lost"),
        }
    }
}

impl Error for RemoteLookupError {}
