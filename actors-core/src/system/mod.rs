//! The system: the value that actors live in, with its names, its dead letters and its end.

mod actor_system;
mod directory;
mod entry;
mod errors;
mod extensions;
mod names;
mod patrol;
mod registry;
mod settings;
mod shared;
mod shutdown;
mod snapshot;
mod watchdog;

pub use actor_system::ActorSystem;
pub use entry::run_main;
pub use errors::UnheardError;
pub use settings::SystemBuilder;
pub use shutdown::{ShutdownPhase, ShutdownReport};
pub use snapshot::SystemSnapshot;
