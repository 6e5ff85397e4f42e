//! One error type for each operation. Those of sending give the message back.

mod actor_error;
mod ask;
mod child;
mod lookup;
mod send;
mod spec;
mod start;
mod stash;

pub use actor_error::ActorError;
pub use ask::{AskError, CallError};
pub use child::ChildError;
pub use lookup::LookupError;
pub use send::{Returned, SendError};
pub use spec::SpecError;
pub use start::StartError;
pub use stash::StashFull;
