//! What the macros accept. Each file could be a program of its own.
#![allow(dead_code, reason = "what only has to compile is not called")]

pub mod actors;
pub mod conditions;
pub mod counter;
pub mod events;
pub mod main_alone;
pub mod main_with_system;
pub mod messages;
pub mod modules;
pub mod places;
#[cfg(feature = "net")]
pub mod remote;
pub mod results;
pub mod self_types;
pub mod signatures;
pub mod trees;
