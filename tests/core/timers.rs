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

/// Waits in its handler while its timers fire and its pipe ends.
struct Busy {
    scribe: Scribe,
}

impl Actor for Busy {}

impl Handler<Tick> for Busy {
    async fn handle(&mut self, tick: Tick, _: &mut Context<Self>) {
        self.scribe.journal.note(tick.0);
    }
}

#[handlers]
impl Busy {
    #[handler]
    async fn set_and_hold(&mut self, ctx: &mut Context<Self>) {
        ctx.after(seconds(1), Tick("once"));
        ctx.every(seconds(2), Tick("often"));
        ctx.pipe(tokio::time::sleep(seconds(3)), |()| Tick("piped"));
        self.scribe.entered.notify_one();
        self.scribe.gate.notified().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_actor_sends_itself_is_neither_refused_nor_displaced_by_a_full_mailbox() {
    for policy in [OnFull::Wait, OnFull::Reject, OnFull::DropNewest, OnFull::DropOldest] {
        let (system, scribe) = (ActorSystem::new(), Scribe::default());
        let mut busy = Some(Busy { scribe: scribe.clone() });
        let builder = system.actor(move || busy.take().ok_or(ActorError::msg("one life")));
        let busy = builder.mailbox(Mailbox::bounded(1).on_full(policy)).spawn();
        busy.set_and_hold().tell().await.unwrap();
        scribe.entered.notified().await;
        busy.try_tell(Tick("first")).unwrap();
        tokio::time::sleep(seconds(5)).await;
        for _ in 0..10 {
            // Nothing but another's message may make room for it.
            let _ = busy.try_tell(Tick("last"));
        }
        scribe.gate.notify_one();
        settle().await;
        let expected: &[&str] = match policy {
            OnFull::DropOldest => &["once", "often", "piped", "last"],
            _ => &["first", "once", "often", "piped"],
        };
        assert_eq!(scribe.journal.entries(), expected, "{policy:?}");
        tokio::time::sleep(seconds(4)).await;
        assert_eq!(scribe.journal.entries()[4..], ["often", "often"], "{policy:?}: it goes on");
    }
}
