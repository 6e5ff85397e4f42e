//! A message for when no other has come for a while.

use std::time::Duration;

use actors::prelude::*;
use tokio::time::{Instant, sleep};

use crate::support::*;

#[derive(Message, Clone)]
struct Idle;

/// Notes when it was idle, in seconds since the test began.
#[derive(Clone)]
struct Sleeper {
    journal: Journal,
    begin: Instant,
}

impl Actor for Sleeper {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.idle_timeout(seconds(10), Idle);
        Ok(())
    }
}

impl Handler<Idle> for Sleeper {
    async fn handle(&mut self, _: Idle, _: &mut Context<Self>) {
        self.journal.note(self.begin.elapsed().as_secs().to_string());
    }
}

#[derive(Message)]
struct Note(&'static str);

impl Handler<Note> for Sleeper {
    async fn handle(&mut self, note: Note, _: &mut Context<Self>) {
        self.journal.note(note.0);
    }
}

#[handlers]
impl Sleeper {
    #[handler]
    fn nudge(&mut self) {}
    #[handler]
    async fn work(&mut self, duration: Duration) {
        sleep(duration).await;
    }
    #[handler]
    fn remind(&mut self, ctx: &mut Context<Self>) {
        ctx.after(seconds(4), Note("reminded"));
        ctx.pipe(sleep(seconds(8)), |()| Note("piped"));
    }
    #[handler]
    fn set(&mut self, timeout: Duration, ctx: &mut Context<Self>) {
        ctx.idle_timeout(timeout, Idle);
    }
    #[handler]
    fn cancel(&mut self, ctx: &mut Context<Self>) -> bool {
        ctx.cancel_idle_timeout()
    }
    #[handler]
    async fn work_then_cancel(&mut self, ctx: &mut Context<Self>) -> bool {
        sleep(seconds(60)).await;
        ctx.cancel_idle_timeout()
    }
    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }
}

fn spawn() -> (ActorSystem, Journal, ActorRef<Sleeper>) {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let sleeper = Sleeper { journal: journal.clone(), begin: Instant::now() };
    let restart = Restart::transient().max(9, seconds(60));
    let actor = system.actor(move || sleeper.clone()).restart(restart).spawn();
    (system, journal, actor)
}

#[tokio::test(start_paused = true)]
async fn it_comes_again_and_again_in_silence() {
    let (_system, journal, actor) = spawn();
    sleep(milliseconds(30_500)).await;
    assert_eq!(journal.take(), ["10", "20", "30"]);
    assert!(actor.is_alive());
}

#[tokio::test(start_paused = true)]
async fn every_message_begins_the_time_anew() {
    let (_system, journal, actor) = spawn();
    for pause in [9, 9, 5, 1] {
        sleep(seconds(pause)).await;
        actor.nudge().tell().await.unwrap();
    }
    sleep(milliseconds(9_500)).await;
    assert!(journal.take().is_empty());
    sleep(seconds(1)).await;
    assert_eq!(journal.take(), ["34"], "10 s after the last one at 24 s");
    // Messages of timers and pipes count too: at 38.5 s and 42.5 s.
    actor.remind().await.unwrap();
    sleep(seconds(17)).await;
    assert_eq!(journal.take(), ["reminded", "piped"]);
    sleep(seconds(2)).await;
    assert_eq!(journal.take(), ["52"]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_waits_is_not_idle() {
    let (_system, journal, actor) = spawn();
    sleep(seconds(3)).await;
    actor.work(seconds(50)).timeout(seconds(60)).await.unwrap();
    sleep(milliseconds(9_500)).await;
    assert!(journal.take().is_empty());
    sleep(seconds(1)).await;
    assert_eq!(journal.take(), ["63"], "10 s after the end of the handler");
}

#[tokio::test(start_paused = true)]
async fn it_can_be_set_anew_and_cancelled() {
    let (_system, journal, actor) = spawn();
    actor.set(seconds(3)).await.unwrap();
    sleep(milliseconds(6_500)).await;
    assert_eq!(journal.take(), ["3", "6"]);
    assert_eq!(actor.cancel().await, Ok(true));
    assert_eq!(actor.cancel().await, Ok(false));
    sleep(seconds(60)).await;
    assert!(journal.take().is_empty());
    actor.set(Duration::MAX).await.unwrap();
    sleep(seconds(60)).await;
    assert!(journal.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_queued_when_it_is_cancelled_does_not_come() {
    let (_system, journal, actor) = spawn();
    assert_eq!(actor.work_then_cancel().timeout(seconds(100)).await, Ok(true));
    sleep(seconds(60)).await;
    assert!(journal.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_life_has_its_own_and_none_keeps_the_actor() {
    let (_system, journal, actor) = spawn();
    sleep(seconds(6)).await;
    actor.explode().tell().await.unwrap();
    sleep(milliseconds(10_500)).await;
    assert_eq!(journal.take(), ["16"], "10 s after the restart, and not at 10 s");
    let weak = actor.downgrade();
    drop(actor);
    sleep(seconds(60)).await;
    assert!(weak.upgrade().is_none());
    assert!(journal.take().is_empty());
}
