//! Actors that many tests use.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use actors::prelude::*;
use tokio::sync::Notify;

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What happened, in order; shared between a test and its actors.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, entry: impl Into<String>) {
        self.0.lock().unwrap().push(entry.into());
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Writes numbers to a journal; can be held in a handler until the test lets it go on.
#[derive(Clone, Default)]
pub(crate) struct Scribe {
    pub(crate) name: &'static str,
    pub(crate) journal: Journal,
    pub(crate) gate: Arc<Notify>,
    pub(crate) entered: Arc<Notify>,
}

impl Scribe {
    pub(crate) fn named(name: &'static str, journal: &Journal) -> Self {
        Self { name, journal: journal.clone(), ..Self::default() }
    }
}

impl Actor for Scribe {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.journal.note(format!("{}started", self.name));
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        self.journal.note(format!("{}stopped: {reason}", self.name));
    }
}

#[handlers]
impl Scribe {
    /// Writes the number down and answers it.
    #[handler]
    pub(crate) fn write(&mut self, number: u64) -> u64 {
        self.journal.note(format!("{}{number}", self.name));
        number
    }

    /// Waits until the test opens the gate.
    #[handler]
    pub(crate) async fn hold(&mut self) {
        self.journal.note(format!("{}hold", self.name));
        self.entered.notify_one();
        self.gate.notified().await;
        self.journal.note(format!("{}released", self.name));
    }

    #[handler]
    pub(crate) fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    pub(crate) fn give_up(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(ActorError::msg("gave up"));
    }

    #[handler]
    pub(crate) fn finish(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// A scribe in its handler, with everything after that queued behind it.
pub(crate) async fn held(system: &ActorSystem, mailbox: Mailbox) -> (ActorRef<Scribe>, Scribe) {
    let scribe = Scribe::default();
    let handle = scribe.clone();
    let actor = system.actor(move || scribe.clone()).mailbox(mailbox).spawn();
    actor.hold().tell().await.unwrap();
    handle.entered.notified().await;
    (actor, handle)
}

/// The numbers in the scribe's journal.
pub(crate) fn written(scribe: &Scribe) -> Vec<u64> {
    scribe.journal.entries().iter().filter_map(|entry| entry.parse().ok()).collect()
}

/// Lets the scribe go on and waits until it has handled what is queued.
pub(crate) async fn finish(actor: &ActorRef<Scribe>, scribe: &Scribe) {
    scribe.gate.notify_one();
    actor.stop();
    actor.wait().await;
}

/// Polls once; `None` if it is not ready. What waits in a line takes its place in the order of these calls.
pub(crate) async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Lets everything that can run on this thread run.
pub(crate) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
