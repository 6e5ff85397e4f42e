//! Exploration: the same test in many orders of turns, each of which a seed brings back.
//!
//! ```text
//! Explorer ── for each seed ──> Stage ── whose turn? ──> Order ──> Random
//!                                 ^
//!              ActorSystem ───────┘ Executor
//! ```

mod explorer;
mod failure;
mod order;
mod random;
mod stage;

pub use explorer::Explorer;
pub use failure::Failure;

/// The environment variable with the only seed to run.
const SEED_VARIABLE: &str = "ACTORS_SEED";
