//! References to actors on other nodes, and the messages that can travel to them.

mod message;
mod remote_ref;
mod target;

pub use message::RemoteMessage;
pub use remote_ref::RemoteRef;

pub(crate) use target::RemoteTarget;
