//! Supervision: what follows a failure.

mod backoff;
mod builder;
mod factory;
mod restart;

pub use backoff::Backoff;
pub use builder::ActorBuilder;
pub use factory::IntoActor;
pub use restart::Restart;
