//! Supervision: what follows a failure.
//!
//! ```text
//! SupervisorRef ── orders ──> Supervisor (an actor) ── verdicts ──> Post <── custodian of each child's lives
//!       └── child(id) ──> Roster { seats } <──┘ <──────── events ──┘
//! ```
//!
//! Actors made with [`ActorSystem::actor`](crate::ActorSystem::actor) are restarted without a supervisor (`builder`).

mod backoff;
mod builder;
mod child_spec;
mod dynamic;
mod factory;
mod info;
mod nursery;
mod overseer;
mod post;
mod reference;
mod restart;
mod roster;
mod running;
mod siblings;
mod strategy;
mod tree;

pub use backoff::Backoff;
pub use builder::ActorBuilder;
pub use child_spec::{ChildKind, ChildSpec};
pub use dynamic::{Children, DynamicSupervisor};
pub use factory::IntoActor;
pub use info::{ChildCounts, ChildInfo, ChildState};
pub use reference::SupervisorRef;
pub use restart::Restart;
pub use running::Running;
#[doc(hidden)]
pub use running::state_of;
pub use siblings::{Child, Siblings};
pub use strategy::{AutoShutdown, Directive, PanicError, ShutdownPolicy};
pub use tree::{Supervisor, Tree};
