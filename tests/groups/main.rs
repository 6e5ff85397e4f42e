//! The promises of process groups, through the public API.

mod broadcast;
mod changes;
mod ends;
mod membership;
mod support;
