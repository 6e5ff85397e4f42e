//! Actors that many tests use.

use std::sync::{Arc, Mutex};
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
