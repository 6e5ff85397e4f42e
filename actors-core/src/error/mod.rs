//! One error type for each operation. Those of sending give the message back.

mod actor_error;
mod ask;
mod lookup;
mod send;
mod start;

pub use actor_error::ActorError;
pub use ask::{AskError, CallError};
pub use lookup::LookupError;
pub use send::{Returned, SendError};
pub use start::StartError;
