//! Timers: something to be done at a time, a million times over.
//!
//! ```text
//! set, cancel ──> TimerQueue { shard, shard, … } <── a task that sleeps until the next due time, then fires
//!                              └── Wheel ── Pages
//! ```
//!
//! Setting and cancelling take constant time under the lock of one shard. The wheel is pure: it is told the time. All of it
//! is generic over what fires and knows no actor.

mod pages;
mod queue;
mod wheel;
#[cfg(test)]
mod wheel_model;

pub(crate) use queue::{Fire, Place, TimerId, TimerQueue};
