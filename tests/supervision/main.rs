//! Supervision, as OTP's `supervisor` defines it where these pages of the documentation do not say otherwise.

mod calls;
mod derive;
mod dynamic;
mod explore;
mod families;
mod intensity;
mod links;
mod management;
mod memory;
mod panics;
mod retreat;
mod significance;
mod starts;
mod strategies;
mod support;
mod waits;
