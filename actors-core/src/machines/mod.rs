//! State machines: actors that answer the same message differently, by the state they are in; OTP's `gen_statem`.
//!
//! ```text
//!  started ── start ──> first state ── go ──> next state ── go ──> ...
//!                           │  ^                  each time: state timeout cancelled, hook, what was stashed
//!                           └──┘ repeat: hook only
//! ```
//!
//! The state is a value in a field of the actor, and handlers `match` on it. What belongs to a change of it is done by a
//! message of the actor to itself, which comes before all others.

mod entry;
mod machine;
mod state_machine;

pub use machine::Machine;
pub use state_machine::StateMachine;
