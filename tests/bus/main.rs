//! The promises of the event bus, through the public API.

mod actors_as_subscribers;
mod answers;
mod api;
mod closures;
mod dead_events;
mod full;
mod groups;
mod keys;
mod patterns;
mod publish;
mod retention;
mod shutdown;
mod streams;
mod support;
mod threads;
