//! An actor whose every step a test can hold.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::prelude::*;
use tokio::sync::Notify;

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Lets everything happen that can without the clock.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// Writes down numbers; holds where it is told to, until the test lets it go on.
#[derive(Clone, Default)]
pub(crate) struct Worker {
    pub(crate) numbers: Arc<Mutex<Vec<u64>>>,
    pub(crate) gate: Arc<Notify>,
    pub(crate) hold_start: bool,
    pub(crate) hold_stop: bool,
}

impl Worker {
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.numbers.lock().unwrap().clone()
    }
}

impl Actor for Worker {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        if self.hold_start {
            self.gate.notified().await;
        }
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        if self.hold_stop {
            self.gate.notified().await;
        }
    }

    fn inspect(&self) -> String {
        let numbers = self.numbers();
        assert!(!numbers.contains(&13), "a number of ill omen");
        format!("{numbers:?}")
    }
}

#[handlers]
impl Worker {
    #[handler]
    pub(crate) fn note(&mut self, number: u64) {
        self.numbers.lock().unwrap().push(number);
    }

    #[handler]
    pub(crate) async fn hold(&mut self) {
        self.gate.notified().await;
    }

    #[handler]
    pub(crate) fn fail(&mut self) {
        panic!("failed");
    }

    /// Its own snapshot, while it handles this.
    #[handler]
    pub(crate) fn look(&mut self, ctx: &mut Context<Self>) -> actors::ActorSnapshot {
        ctx.myself().snapshot()
    }

    #[handler]
    pub(crate) fn note_later(&mut self, number: u64, ctx: &mut Context<Self>) {
        ctx.after(seconds(1), Note { number });
    }

    #[handler]
    pub(crate) fn adopt(&mut self, ctx: &mut Context<Self>) -> ActorRef<Worker> {
        ctx.spawn(Self::default())
    }

    #[handler]
    pub(crate) fn follow(&mut self, other: ActorRef<Worker>, ctx: &mut Context<Self>) {
        ctx.watch(&other);
    }
}

impl Handler<Terminated> for Worker {
    async fn handle(&mut self, terminated: Terminated, _: &mut Context<Self>) {
        self.numbers.lock().unwrap().push(terminated.id().as_u64());
    }
}
