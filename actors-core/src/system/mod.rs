//! The system: the value that actors live in, with its names, its dead letters and its end.

mod actor_system;
#[cfg(feature = "metrics")]
mod departed;
#[cfg(not(feature = "metrics"))]
#[path = "departed_uncounted.rs"]
mod departed;
mod directory;
mod entry;
mod errors;
mod extensions;
#[cfg(feature = "metrics")]
mod metrics;
mod names;
mod patrol;
mod registry;
mod settings;
mod shared;
mod shutdown;
mod snapshot;
mod watchdog;

pub use actor_system::ActorSystem;
#[cfg(feature = "metrics")]
use actor_system::WeakSystem;
pub use entry::run_main;
pub use errors::UnheardError;
pub use settings::SystemBuilder;
pub use shutdown::{ShutdownPhase, ShutdownReport};
pub use snapshot::SystemSnapshot;
