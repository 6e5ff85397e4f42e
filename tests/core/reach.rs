//! Who keeps an actor alive: references, names and parents do, weak references and timers do not.

use std::sync::{Arc, Mutex};

use actors::prelude::*;
use tokio::sync::Notify;

use crate::support::*;

/// Notes its end; can be given reasons to live on.
#[derive(Clone, Default)]
struct Hermit {
    journal: Journal,
    gate: Arc<Notify>,
    /// References that are kept elsewhere.
    shelf: Arc<Mutex<Vec<ActorRef<Hermit>>>>,
}

impl Actor for Hermit {
    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        self.journal.note(format!("stopped: {reason}"));
    }
}

#[handlers]
impl Hermit {
    #[handler]
    fn note(&mut self, text: &'static str) {
        self.journal.note(text);
    }

    #[handler]
    fn set_timer(&mut self, ctx: &mut Context<Self>) {
        ctx.after(seconds(1), Note { text: "timer" });
    }

    #[handler]
    fn pipe(&mut self, ctx: &mut Context<Self>) {
        let gate = self.gate.clone();
        ctx.pipe(async move { gate.notified().await }, |()| Note { text: "piped" });
    }

    #[handler]
    fn grow(&mut self, ctx: &mut Context<Self>) {
        ctx.spawn(Hermit { journal: self.journal.clone(), ..Hermit::default() });
    }

    #[handler]
    fn leave_a_reference(&mut self, ctx: &mut Context<Self>) {
        self.shelf.lock().unwrap().push(ctx.myself());
    }

    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    fn children(&mut self, ctx: &mut Context<Self>) -> usize {
        ctx.children()
    }
}

fn hermit() -> (ActorSystem, ActorRef<Hermit>, Hermit) {
    let (system, hermit) = (ActorSystem::new(), Hermit::default());
    (system.clone(), system.spawn(hermit.clone()), hermit)
}

#[tokio::test]
async fn a_recipient_or_a_request_keeps_its_actor_and_a_weak_reference_does_not() {
    let (system, actor, hermit) = hermit();
    let (recipient, weak) = (actor.recipient::<Note>(), actor.downgrade());
    let request = actor.note("asked").owned();
    drop(actor);
    settle().await;
    assert_eq!(hermit.journal.entries(), [""; 0]);
    drop(recipient);
    settle().await;
    assert!(weak.upgrade().is_some(), "the request reaches it");
    request.await.unwrap();
    settle().await;
    assert_eq!(hermit.journal.entries(), ["asked", "stopped: normal"]);
    assert!(weak.upgrade().is_none());
    assert_eq!(system.running(), 0);
}

#[tokio::test]
async fn an_actor_on_its_way_out_for_want_of_references_cannot_be_reached_again() {
    let (_system, actor, hermit) = hermit();
    let weak = actor.downgrade();
    actor.note("queued").try_tell().unwrap();
    drop(actor);
    assert!(weak.upgrade().is_none(), "its stop is queued already");
    settle().await;
    assert_eq!(hermit.journal.entries(), ["queued", "stopped: normal"]);
}

#[tokio::test(start_paused = true)]
async fn a_timer_keeps_nobody_and_a_pipe_does_until_its_result_has_come() {
    let (_system, actor, hermit) = hermit();
    actor.set_timer().await.unwrap();
    drop(actor);
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(hermit.journal.entries(), ["stopped: normal"]);

    let (_system, actor, hermit) = self::hermit();
    actor.pipe().await.unwrap();
    drop(actor);
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(hermit.journal.entries(), [""; 0]);
    hermit.gate.notify_one();
    settle().await;
    assert_eq!(hermit.journal.entries(), ["piped", "stopped: normal"]);
}

#[tokio::test]
async fn a_parent_keeps_its_child() {
    let (_system, actor, hermit) = hermit();
    actor.grow().await.unwrap();
    settle().await;
    assert_eq!(actor.children().await, Ok(1));
    assert_eq!(hermit.journal.entries(), [""; 0]);
    drop(actor);
    settle().await;
    assert_eq!(hermit.journal.entries(), ["stopped: shutdown", "stopped: normal"]);
}

#[tokio::test]
async fn an_actor_nobody_can_reach_is_not_restarted() {
    let (system, hermit) = (ActorSystem::new(), Hermit::default());
    let state = hermit.clone();
    let actor = system.actor(move || state.clone()).restart(Restart::permanent().max(99, seconds(5))).spawn();
    actor.explode().tell().await.unwrap();
    actor.note("second life").tell().await.unwrap();
    drop(actor);
    settle().await;
    assert_eq!(
        hermit.journal.entries(),
        ["stopped: panicked: exploded", "second life", "stopped: normal"],
        "what is queued has its life, and nothing follows"
    );
    assert_eq!(system.running(), 0);
}

#[tokio::test]
async fn a_named_actor_stays_and_can_be_found_again() {
    let (system, hermit) = (ActorSystem::new(), Hermit::default());
    let state = hermit.clone();
    drop(system.actor(move || state.clone()).name("hermit").start().await.unwrap());
    for _ in 0..3 {
        settle().await;
        system.lookup::<Hermit>("hermit").unwrap().note("found").await.unwrap();
    }
    system.lookup::<Hermit>("hermit").unwrap().stop();
    settle().await;
    assert_eq!(hermit.journal.entries(), ["found", "found", "found", "stopped: normal"]);
}

#[tokio::test]
async fn an_actor_that_is_reachable_again_before_its_end_goes_on() {
    let (system, actor, hermit) = hermit();
    actor.leave_a_reference().try_tell().unwrap();
    actor.note("queued").try_tell().unwrap();
    drop(actor);
    settle().await;
    assert_eq!(hermit.journal.entries(), ["queued"]);
    let found = hermit.shelf.lock().unwrap().pop().unwrap();
    found.note("found").await.unwrap();
    drop(found);
    settle().await;
    assert_eq!(hermit.journal.entries(), ["queued", "found", "stopped: normal"]);
    assert_eq!(system.running(), 0);
}
