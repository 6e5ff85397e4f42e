//! Circuit breakers: calls to what keeps failing are refused at once, for a while; Pekko's `CircuitBreaker`.
//!
//! ```text
//! CircuitBreaker ── call ──> Pass { which circuit, which era } ── succeeded, failed or dropped ──┐
//!        └── Circuit { phase, era } <────────────────────────────────────────────────────────────┘
//! ```
//!
//! The circuit is pure: it is told the time.

mod builder;
mod circuit;
#[cfg(test)]
mod circuit_model;
mod error;
mod handle;
mod pass;

pub use builder::BreakerBuilder;
pub use circuit::BreakerState;
pub use error::BreakerError;
pub use handle::CircuitBreaker;
