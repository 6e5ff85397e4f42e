//! `#[derive(Supervisor)]`: a tree whose children are the fields of a struct.
//!
//! ```text
//! attr (the struct's options) ──┐
//! child (a field's options) ────┼── model (a tree) ── check (what contradicts) ── expand
//! ```

mod attr;
mod check;
mod child;
mod duration;
mod expand;
mod model;

pub(crate) use self::expand::derive;
