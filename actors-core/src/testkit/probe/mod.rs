//! Probes: actors that a test reads the mailbox of.
//!
//! ```text
//! sender ── offer ──> Queue <── expect ── test
//!                       │
//!             Probe (an actor): a path, a life, an end to watch
//! ```
//!
//! Messages go straight into the queue, so that the test sees each as soon as it is sent. The actor beside it makes the
//! probe something that can be watched and stopped.

mod actor;
mod endpoint;
mod expect;
mod queue;

use std::fmt;
use std::sync::Arc;

use super::ledger::Ledger;
use crate::{ActorPath, ActorRef, ActorSystem, Message, Recipient};
use queue::Queue;

/// An actor whose messages a test expects one after another, in the order they came.
///
/// It takes every message and never refuses one for want of room. Clones are the same probe. It can be sent to, watched
/// and given to whatever takes an [`Endpoint`](crate::Endpoint), such as a subscription.
///
/// A message that was asked is answered with `()` when it is taken, if that is its reply; otherwise the ask fails with
/// [`AskError::NoReply`](crate::AskError::NoReply). To answer something else take it with
/// [`expect_request`](Self::expect_request).
///
/// ```
/// # use actors_core::testkit::{Probe, TestSystem};
/// # use actors_core::*;
/// # #[derive(Debug)] struct Price(&'static str);
/// # impl Message for Price { type Reply = u64; type Kind = Plain; }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let system = TestSystem::new();
/// let prices = Probe::<Price>::new(&system);
/// let asker = prices.recipient();
/// let question = tokio::spawn(async move { asker.ask(Price("tea")).await });
/// let (Price(article), reply) = prices.expect_request().await;
/// reply.send(if article == "tea" { 18 } else { 0 });
/// assert_eq!(question.await.unwrap(), Ok(18));
/// system.finish().await;
/// # }
/// ```
pub struct Probe<M: Message> {
    system: ActorSystem,
    ledger: Arc<Ledger>,
    actor: ActorRef<actor::Probe>,
    queue: Arc<Queue<M>>,
}

impl<M: Message> Probe<M> {
    /// Starts a probe. It needs no stopping: the end of the test ends it.
    pub fn new(system: &ActorSystem) -> Self {
        let ledger = Ledger::of(system);
        let actor = system.spawn(actor::Probe);
        ledger.enter_probe(actor.path());
        Self { system: system.clone(), ledger, actor, queue: Arc::default() }
    }

    /// What actors under test send to.
    pub fn recipient(&self) -> Recipient<M> {
        Recipient::new(self.clone())
    }

    /// Where it stands.
    pub fn path(&self) -> ActorPath {
        self.actor.path()
    }

    /// Ends the probe, for tests of what others do then: it refuses messages and its watchers are told. What it has
    /// received can still be expected.
    pub fn stop(&self) {
        self.actor.stop();
    }
}

impl<M: Message> Clone for Probe<M> {
    fn clone(&self) -> Self {
        Self {
            system: self.system.clone(),
            ledger: self.ledger.clone(),
            actor: self.actor.clone(),
            queue: self.queue.clone(),
        }
    }
}

impl<M: Message> fmt::Debug for Probe<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Probe<{}>({})", crate::short_type_name::<M>(), self.path())
    }
}
