//! Asks that are given up at every stage leave nothing behind.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};

use actors::prelude::*;
use tokio::runtime::Builder;
use tokio::sync::Notify;

use crate::memory::{in_use, resident};

#[derive(Actor, Default)]
struct Clerk {
    gate: Arc<Notify>,
    entered: Arc<Notify>,
    kept: Vec<ReplyTo<u64>>,
}

#[handlers]
impl Clerk {
    #[handler]
    fn answer(&mut self, question: u64) -> u64 {
        question
    }

    #[handler]
    fn keep(&mut self, question: [u64; 8], reply: ReplyTo<u64>) {
        self.kept.push(reply);
        if self.kept.len() > question.len() {
            self.kept.clear();
        }
    }

    #[handler]
    async fn hold(&mut self) {
        self.entered.notify_one();
        self.gate.notified().await;
    }
}

/// Sends a question and gives it up, whether it was taken or waits for room.
fn give_up(ask: impl Future) {
    assert!(begin(ask).is_pending());
}

/// Polls a question once, and drops it.
fn begin<F: Future>(ask: F) -> Poll<F::Output> {
    pin!(ask).poll(&mut TaskContext::from_waker(Waker::noop()))
}

/// One round of each way; `rounds` of 130 asks.
async fn rounds(clerk: &ActorRef<Clerk>, gate: &Notify, entered: &Notify, rounds: u64) {
    for round in 0..rounds {
        for number in 0..30 {
            // May be answered at once; urgent ones wait for the actor's own task.
            drop(begin(clerk.answer(number)));
            drop(begin(clerk.keep([number; 8])));
            give_up(clerk.answer(number).urgent());
        }
        tokio::task::yield_now().await;
        clerk.hold().tell().await.expect("it is alive");
        entered.notified().await;
        for number in 0..40 {
            // The first fill the mailbox, the others wait in its line.
            give_up(clerk.answer(number));
        }
        gate.notify_one();
        assert_eq!(clerk.answer(round).await, Ok(round));
    }
}

pub(crate) fn run(asks: u64) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("it needs no thread");
    runtime.block_on(async {
        let system = ActorSystem::new();
        let (gate, entered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut clerk = Some(Clerk { gate: gate.clone(), entered: entered.clone(), kept: Vec::new() });
        let clerk = system
            .actor(move || clerk.take().ok_or(ActorError::msg("it lives once")))
            .mailbox(Mailbox::bounded(64))
            .spawn();
        rounds(&clerk, &gate, &entered, 20).await;
        let (before, resident_before) = (in_use(), resident());
        rounds(&clerk, &gate, &entered, asks / 130).await;
        let left = in_use().since(before);
        println!("asks: of {asks} given up, {} bytes in {} blocks are left", left.bytes, left.blocks);
        assert!(left.bytes <= 4_096 && left.blocks <= 32, "they leak");
        if let (Some(before), Some(now)) = (resident_before, resident()) {
            println!("  resident MiB: {before:.1} before, {now:.1} after");
            assert!(now <= before + 8.0, "the process grows");
        }
    });
}
