//! What can travel.

use actors_core::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A message that can be sent to an actor on another node: it and its reply can be written down.
///
/// Derived by `#[message(remote = "counter.add/1")]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel to another node",
    label = "has no wire name",
    note = "give it one, `#[message(remote = \"…/1\")]`, and derive `Serialize` and `Deserialize`"
)]
pub trait RemoteMessage: Message<Reply: Serialize + DeserializeOwned> + Serialize + DeserializeOwned {
    /// The message's name on the wire and its version, as in `counter.add/1`: explicit, never a path of Rust's.
    const WIRE_NAME: &'static str;
}
