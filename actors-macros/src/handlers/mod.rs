//! `#[handlers]`: from an impl block to messages, handlers and a client trait.
//!
//! ```text
//! impl Counter {                         struct Add { by: u64 }            messages
//!     #[handler]                ──►      impl Handler<Add> for Counter     dispatch
//!     fn add(&mut self, by: u64)         trait CounterClient { fn add }    client
//! }
//! ```

mod model;

mod attr;
mod borrowed;
mod parse;
mod self_type;
mod signature;

mod check;
mod names;

mod client;
mod dispatch;
mod messages;
mod visibility;

mod expand;

pub(crate) use self::expand::{expand, stray_handler};
