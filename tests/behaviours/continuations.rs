//! Work to go on with before the mailbox.

use std::sync::Arc;

use actors::prelude::*;
use tokio::sync::Notify;

use crate::support::*;

#[derive(Message)]
struct Step(&'static str);

/// Loads in `started`, and does long work in pieces.
#[derive(Clone)]
struct Worker {
    journal: Journal,
    gate: Arc<Notify>,
}

impl Actor for Worker {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.continue_with(Step("load"));
        ctx.continue_with(Step("index"));
        Ok(())
    }
}

impl Handler<Step> for Worker {
    async fn handle(&mut self, step: Step, _: &mut Context<Self>) {
        self.journal.note(step.0);
    }
}

#[handlers]
impl Worker {
    #[handler]
    fn pieces(&mut self, left: u32, ctx: &mut Context<Self>) {
        self.journal.note(format!("{left} left"));
        if left > 0 {
            ctx.continue_with(Pieces { left: left - 1 });
        }
    }
    #[handler]
    async fn hold(&mut self, ctx: &mut Context<Self>) {
        ctx.continue_with(Step("after the gate"));
        self.gate.notified().await;
    }
    #[handler]
    fn explode(&mut self, ctx: &mut Context<Self>) {
        ctx.continue_with(Step("of the old life"));
        panic!("exploded");
    }
    #[handler]
    fn note(&mut self, text: &'static str) {
        self.journal.note(text);
    }
}

fn spawn() -> (ActorSystem, Worker, ActorRef<Worker>) {
    let system = ActorSystem::new();
    let worker = Worker { journal: Journal::default(), gate: Arc::default() };
    let state = worker.clone();
    let actor = system.actor(move || state.clone()).restart(Restart::transient().max(9, seconds(60))).spawn();
    (system, worker, actor)
}

#[tokio::test]
async fn what_a_hook_goes_on_with_comes_before_the_first_message() {
    let (_system, worker, actor) = spawn();
    actor.note("urgent").urgent().await.unwrap();
    assert_eq!(worker.journal.take(), ["load", "index", "urgent"]);
}

#[tokio::test]
async fn what_a_handler_goes_on_with_comes_before_what_is_queued() {
    let (_system, worker, actor) = spawn();
    actor.hold().tell().await.unwrap();
    actor.pieces(2).tell().await.unwrap();
    actor.note("queued").tell().await.unwrap();
    tokio::task::yield_now().await;
    actor.note("urgent").urgent().tell().await.unwrap();
    worker.gate.notify_one();
    actor.note("last").await.unwrap();
    let expected =
        ["load", "index", "after the gate", "urgent", "2 left", "1 left", "0 left", "queued", "last"];
    assert_eq!(worker.journal.take(), expected);
}

#[tokio::test]
async fn what_an_old_life_wanted_to_go_on_with_is_gone() {
    let (system, worker, actor) = spawn();
    actor.explode().tell().await.unwrap();
    actor.note("queued").await.unwrap();
    assert_eq!(worker.journal.take(), ["load", "index", "load", "index", "queued"]);
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn an_actor_that_always_goes_on_can_be_stopped_now_and_lets_others_run() {
    let (system, worker, actor) = spawn();
    actor.pieces(u32::MAX).tell().await.unwrap();
    let other = system.spawn(worker.clone());
    other.note("the other's turn").await.unwrap();
    actor.stop_now();
    assert!(matches!(actor.wait().await, ExitReason::Normal));
}
