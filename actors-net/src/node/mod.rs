//! A node: it listens, dials, and exports actors.

mod builder;
mod exports;
mod local;
mod peer;

pub use builder::NodeBuilder;
pub use exports::Export;
pub use local::Node;
pub use peer::Peer;

pub(crate) use exports::{Delivery, Encode, Exported, Exports};
