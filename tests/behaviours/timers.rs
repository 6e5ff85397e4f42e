//! Timers with keys, timers of lives that are over, timers that recur.

use std::sync::Arc;
use std::time::Duration;

use actors::TimerHandle;
use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::support::*;

#[derive(Message, Clone)]
struct Tick(&'static str);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Poll,
    Retry(u32),
}

/// Notes each tick with the time, in milliseconds, since the test began.
#[derive(Clone, Actor)]
struct Clock {
    journal: Journal,
    begin: Instant,
    gate: Arc<Notify>,
    handles: Vec<TimerHandle>,
}

impl Clock {
    fn new() -> Self {
        Self { journal: Journal::default(), begin: Instant::now(), gate: Arc::default(), handles: Vec::new() }
    }
}

impl Handler<Tick> for Clock {
    async fn handle(&mut self, tick: Tick, _: &mut Context<Self>) {
        self.journal.note(format!("{} {}", tick.0, self.begin.elapsed().as_millis()));
    }
}

type Action = fn(&mut Clock, &mut Context<Clock>);

/// Does something to the clock from inside.
#[derive(Message)]
struct Do(Action);

impl Handler<Do> for Clock {
    async fn handle(&mut self, action: Do, ctx: &mut Context<Self>) {
        (action.0)(self, ctx);
    }
}

#[handlers]
impl Clock {
    /// Holds the mailbox until the test opens the gate, then does something.
    #[handler]
    async fn hold(&mut self, then: Action, ctx: &mut Context<Self>) {
        self.gate.notified().await;
        then(self, ctx);
    }
}

fn spawn() -> (ActorSystem, Clock, ActorRef<Clock>) {
    let (system, clock) = (ActorSystem::new(), Clock::new());
    let state = clock.clone();
    let restart = Restart::transient().max(9, seconds(60));
    let actor = system.actor(move || state.clone()).restart(restart).spawn();
    (system, clock, actor)
}

#[tokio::test(start_paused = true)]
async fn a_key_has_one_timer_at_a_time() {
    let (_system, clock, actor) = spawn();
    let set: Action = |_, ctx| {
        ctx.timer("a").after(seconds(1), Tick("replaced"));
        ctx.timer("a").after(seconds(2), Tick("text"));
        ctx.timer(String::from("a")).after(seconds(3), Tick("string"));
        ctx.timer(Key::Poll).every(seconds(4), Tick("poll"));
        ctx.timer(Key::Retry(1)).after(seconds(5), Tick("retry 1"));
        ctx.timer(Key::Retry(2)).after(seconds(6), Tick("retry 2"));
        assert!(ctx.timer(Key::Retry(2)).is_active());
        assert!(ctx.timer(Key::Retry(2)).cancel());
        assert!(!ctx.timer(Key::Retry(2)).cancel());
        assert!(!ctx.timer(Key::Retry(3)).is_active());
    };
    actor.ask(Do(set)).await.unwrap();
    sleep(milliseconds(8_500)).await;
    let expected = ["text 2000", "string 3000", "poll 4000", "retry 1 5000", "poll 8000"];
    assert_eq!(clock.journal.take(), expected);
    let after: Action = |_, ctx| {
        assert!(!ctx.timer("a").is_active(), "it has fired");
        assert!(ctx.timer(Key::Poll).is_active(), "it recurs");
        assert!(ctx.timer(Key::Poll).cancel());
    };
    actor.ask(Do(after)).await.unwrap();
    sleep(seconds(60)).await;
    assert!(clock.journal.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_queued_tick_of_a_key_that_was_set_anew_is_not_delivered() {
    let (_system, clock, actor) = spawn();
    let set: Action = |_, ctx| {
        ctx.timer("a").after(seconds(1), Tick("old"));
        ctx.timer("b").every(seconds(1), Tick("old"));
    };
    actor.ask(Do(set)).await.unwrap();
    actor
        .hold(|_, ctx| {
            ctx.timer("a").after(seconds(1), Tick("new"));
            ctx.timer("b").every(seconds(2), Tick("newer"));
        })
        .tell()
        .await
        .unwrap();
    sleep(seconds(10)).await;
    assert!(actor.is_alive() && clock.journal.entries().is_empty(), "the ticks are queued");
    clock.gate.notify_one();
    sleep(milliseconds(2_500)).await;
    assert_eq!(clock.journal.take(), ["new 11000", "newer 12000"]);
}

#[tokio::test(start_paused = true)]
async fn a_queued_tick_of_an_old_life_is_not_taken_for_one_of_the_new() {
    let (_system, clock, actor) = spawn();
    let set: Action = |_, ctx| {
        ctx.after(seconds(1), Tick("old"));
    };
    actor.ask(Do(set)).await.unwrap();
    actor.hold(|_, _| panic!("with a tick in the mailbox")).tell().await.unwrap();
    // The first message of the new life, before the tick.
    actor
        .tell(Do(|_, ctx| {
            ctx.after(seconds(5), Tick("new"));
        }))
        .await
        .unwrap();
    sleep(seconds(2)).await;
    clock.gate.notify_one();
    sleep(seconds(10)).await;
    assert_eq!(clock.journal.take(), ["new 7000"]);
}

#[tokio::test(start_paused = true)]
async fn recurring_timers_keep_their_grid_and_skip_what_they_missed() {
    let (_system, clock, actor) = spawn();
    actor
        .ask(Do(|_, ctx| {
            ctx.every(milliseconds(1_000), Tick("tick"));
        }))
        .await
        .unwrap();
    sleep(milliseconds(2_500)).await;
    actor.hold(|_, _| {}).tell().await.unwrap();
    sleep(milliseconds(3_700)).await;
    clock.gate.notify_one();
    sleep(milliseconds(1_300)).await;
    let expected = ["tick 1000", "tick 2000", "tick 6200", "tick 7000"];
    assert_eq!(clock.journal.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn no_delay_is_too_short_and_none_too_long() {
    let (system, clock, actor) = spawn();
    let set: Action = |clock, ctx| {
        let longest = Duration::MAX;
        clock.handles.push(ctx.after(longest, Tick("never")));
        clock.handles.push(ctx.every(longest, Tick("never")));
        ctx.after(Duration::ZERO, Tick("at once"));
        ctx.after(Duration::from_nanos(1), Tick("soon"));
        ctx.timer(1).every(Duration::from_nanos(1), Tick("often"));
    };
    actor.ask(Do(set)).await.unwrap();
    sleep(milliseconds(3)).await;
    actor
        .ask(Do(|_, ctx| {
            ctx.timer(1).cancel();
        }))
        .await
        .unwrap();
    let entries = clock.journal.take();
    assert_eq!(entries[..3], ["at once 0", "soon 1", "often 1"]);
    assert!((4..6).contains(&entries.len()), "at most one in a millisecond: {entries:?}");
    sleep(seconds(60 * 60 * 24 * 365 * 10)).await;
    assert!(clock.journal.take().is_empty());
    let cancel: Action = |clock, ctx| assert!(clock.handles.drain(..).all(|timer| ctx.cancel(timer)));
    actor.ask(Do(cancel)).await.unwrap();
    assert!(system.shutdown(seconds(5)).await.is_clean());
}

#[tokio::test(start_paused = true)]
async fn timers_keep_no_actor_alive() {
    let (_system, clock, actor) = spawn();
    actor
        .ask(Do(|_, ctx| {
            ctx.every(seconds(1), Tick("tick"));
        }))
        .await
        .unwrap();
    sleep(milliseconds(1_500)).await;
    let weak = actor.downgrade();
    drop(actor);
    sleep(seconds(5)).await;
    assert!(weak.upgrade().is_none());
    assert_eq!(clock.journal.take(), ["tick 1000"]);
}

#[test]
fn neither_the_runtime_nor_the_system_waits_for_a_timer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = runtime.block_on(async {
        let (_system, clock, actor) = spawn();
        actor
            .ask(Do(|_, ctx| {
                ctx.after(seconds(3_600), Tick("late"));
            }))
            .await
            .unwrap();
        clock
    });
    let gate = Arc::downgrade(&clock.gate);
    drop((runtime, clock));
    assert!(gate.upgrade().is_none(), "the actor's state is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn actors_on_all_threads_are_served_in_real_time() {
    let system = ActorSystem::new();
    let actors: Vec<_> = (0..64)
        .map(|_| {
            let clock = Clock::new();
            (clock.journal.clone(), system.spawn(clock))
        })
        .collect();
    let set: Action = |_, ctx| {
        for delay in [9, 3, 6, 1, 20, 3] {
            ctx.after(milliseconds(delay), Tick("tick"));
        }
        ctx.timer("cancelled").after(milliseconds(5), Tick("cancelled"));
        ctx.timer("cancelled").cancel();
    };
    for (_, actor) in &actors {
        actor.tell(Do(set)).await.unwrap();
    }
    for (journal, actor) in actors {
        while journal.entries().len() < 6 {
            sleep(milliseconds(1)).await;
        }
        actor.stop();
        actor.wait().await;
        let times: Vec<u64> = journal.take().iter().map(|entry| entry[5..].parse().unwrap()).collect();
        assert!(
            times.is_sorted() && times.iter().zip([1, 3, 3, 6, 9, 20]).all(|(&at, due)| at >= due),
            "{times:?}"
        );
    }
}
