//! Nodes of the actors framework: typed messages between processes over TCP.
//!
//! ```text
//! node         listens, dials, exports           remote       references and what travels with them
//! connection   one TCP connection: handshake, reader, writer, questions under way
//! codec, wire  pure bytes
//! ```
//!
//! Until nodes can authenticate each other they speak on loopback only.
#![forbid(unsafe_code)]

mod auth;
mod codec;
mod connection;
mod error;
mod limits;
mod node;
mod remote;
mod wire;

pub use auth::Auth;
pub use error::{ConnectError, NodeError, RemoteLookupError};
pub use limits::Limits;
pub use node::{Export, Node, NodeBuilder, Peer};
pub use remote::{RemoteMessage, RemoteRef};
