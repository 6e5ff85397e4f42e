//! What can be seen of a running system, through the public API.

mod inspect;
mod lifecycle;
mod metrics;
mod snapshots;
mod spans;
mod states;
mod support;
mod suspend;
mod watchdog;
