//! The ends of a subscription: who gets the events.

mod actor;
mod channel;
mod closure;
mod desk;
mod hands;
mod stream;

pub use stream::EventStream;
