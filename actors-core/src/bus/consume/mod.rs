//! The ends of a subscription: who gets the events.

mod actor;
mod channel;
mod closure;
mod stream;

pub use stream::EventStream;
