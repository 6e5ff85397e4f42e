//! Messages to oneself, later.

use actors::TimerHandle;
use actors::prelude::*;

use crate::support::*;

/// Sets timers in `started` and notes when they fire.
#[derive(Clone)]
struct Clock {
    journal: Journal,
    timer: Option<TimerHandle>,
}

#[derive(Message, Clone)]
struct Tick(&'static str);

impl Actor for Clock {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.after(seconds(1), Tick("once"));
        self.timer = Some(ctx.every(seconds(2), Tick("often")));
        Ok(())
    }
}

impl Handler<Tick> for Clock {
    async fn handle(&mut self, tick: Tick, _: &mut Context<Self>) {
        self.journal.note(tick.0);
    }
}

#[handlers]
impl Clock {
    #[handler]
    fn silence(&mut self, ctx: &mut Context<Self>) -> bool {
        self.timer.is_some_and(|timer| ctx.cancel(timer))
    }
    #[handler]
    async fn nap(&mut self) {
        tokio::time::sleep(seconds(9)).await;
    }
    #[handler]
    async fn nap_then_silence(&mut self, ctx: &mut Context<Self>) {
        tokio::time::sleep(seconds(9)).await;
        assert!(ctx.cancel(self.timer.unwrap()));
    }
    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }
}

fn clock(system: &ActorSystem, journal: &Journal) -> ActorRef<Clock> {
    let clock = Clock { journal: journal.clone(), timer: None };
    system.actor(move || clock.clone()).restart(Restart::transient().max(9, seconds(60))).spawn()
}

#[tokio::test(start_paused = true)]
async fn timers_fire_in_virtual_time_until_cancelled() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let clock = clock(&system, &journal);
    tokio::time::sleep(seconds(7)).await;
    assert_eq!(journal.entries(), ["once", "often", "often", "often"]);
    assert_eq!(clock.silence().await, Ok(true));
    assert_eq!(clock.silence().await, Ok(false), "cancelled before");
    tokio::time::sleep(seconds(7)).await;
    assert_eq!(journal.entries().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn ticks_do_not_pile_up_behind_a_slow_handler() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let clock = clock(&system, &journal);
    clock.nap().timeout(seconds(60)).await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(journal.entries(), ["once", "often"]);
}

#[tokio::test(start_paused = true)]
async fn a_tick_that_is_queued_when_the_timer_is_cancelled_is_not_delivered() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let clock = clock(&system, &journal);
    clock.nap_then_silence().timeout(seconds(60)).await.unwrap();
    tokio::time::sleep(seconds(20)).await;
    assert_eq!(journal.entries(), ["once"]);
}

#[tokio::test(start_paused = true)]
async fn the_timers_of_a_life_end_with_it() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let clock = clock(&system, &journal);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    clock.explode().tell().await.unwrap();
    tokio::time::sleep(seconds(2)).await;
    // 0.5 s: restart; 1.5 s: once; 2.5 s: often. The first life's would have come at 1 s and 2 s.
    assert_eq!(journal.entries(), ["once"]);
    clock.stop();
    clock.wait().await;
    tokio::time::sleep(seconds(20)).await;
    assert_eq!(journal.entries(), ["once"]);
    assert_eq!(system.dead_letter_counts().total(), 0);
}
