//! Tests of actors: a system that notices what a test left behind, and probes that expect messages. Feature `testkit`.
//!
//! ```
//! use actors_core::testkit::{Probe, TestSystem};
//! # use actors_core::*;
//! # #[derive(Debug, PartialEq)] struct Done(u64);
//! # impl Message for Done { type Reply = (); type Kind = Plain; }
//! # struct Work(u64);
//! # impl Message for Work { type Reply = (); type Kind = Plain; }
//! # struct Worker { done: Recipient<Done> }
//! # impl Actor for Worker {}
//! # impl Handler<Work> for Worker {
//! #     async fn handle(&mut self, work: Work, _: &mut Context<Self>) { self.done.tell(Done(work.0)).await.unwrap() }
//! # }
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! // In a test: #[tokio::test(start_paused = true)]
//! let system = TestSystem::new();
//! let probe = Probe::<Done>::new(&system);
//! let worker = system.spawn(Worker { done: probe.recipient() });
//! worker.tell(Work(7)).await.unwrap();
//! assert_eq!(probe.expect().await, Done(7));
//! worker.stop();
//! probe.expect_terminated(&worker).await;
//! system.finish().await;
//! # }
//! ```
//!
//! With `start_paused = true` time is virtual: it stands still while anything has work to do, and jumps to the next
//! timer when nothing has. Timeouts and timers of hours take no time then, and a probe that waits 3 s in vain has waited
//! until nothing was left to happen. Without it all of this works too, in real time.
//!
//! An [`Explorer`] runs such a test in many orders in which the actors could have had their turns.

mod clock;
mod explore;
mod ledger;
mod probe;
mod system;

pub use clock::advance;
pub use explore::{Explorer, Failure};
pub use probe::Probe;
pub use system::TestSystem;

use std::time::Duration;

/// How long a test waits for something that ought to happen, in virtual time if the clock is paused.
const PATIENCE: Duration = Duration::from_secs(3);
