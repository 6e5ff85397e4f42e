//! `started` before everything, `stopped` once, and neither where it must not run.

use std::sync::Arc;

use actors::StartError;
use actors::prelude::*;
use tokio::sync::Notify;

use crate::support::*;

/// Notes what runs; its hooks wait for the test.
#[derive(Clone, Default)]
struct Guest {
    journal: Journal,
    slow_start: Option<Arc<Notify>>,
    slow_end: Option<Arc<Notify>>,
    refuse: bool,
}

impl Actor for Guest {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.journal.note("starting");
        if let Some(gate) = &self.slow_start {
            gate.notified().await;
        }
        self.journal.note("started");
        if self.refuse { Err(ActorError::msg("refused")) } else { Ok(()) }
    }

    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        self.journal.note(format!("stopping: {reason}"));
        if let Some(gate) = &self.slow_end {
            gate.notified().await;
        }
        self.journal.note("stopped");
    }
}

#[handlers]
impl Guest {
    #[handler]
    fn note(&mut self, text: &'static str) -> u64 {
        self.journal.note(text);
        1
    }

    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    fn tie(&mut self, to: AnyActorRef, ctx: &mut Context<Self>) {
        ctx.link(to);
    }

    #[handler]
    fn end(&mut self, fail: bool, ctx: &mut Context<Self>) {
        if fail { ctx.fail(ActorError::msg("failed")) } else { ctx.stop() }
    }
}

#[tokio::test]
async fn nothing_is_handled_before_started_has_returned() {
    let system = ActorSystem::new();
    let gate = Arc::new(Notify::new());
    let guest = Guest { slow_start: Some(gate.clone()), ..Guest::default() };
    let journal = guest.journal.clone();
    let actor = system.spawn(guest);
    actor.note("first").try_tell().unwrap();
    let mut asked = actor.note("asked");
    assert!(poll_once(&mut asked).await.is_none());
    actor.note("urgent").urgent().tell().await.unwrap();
    actor.stop();
    settle().await;
    assert_eq!(journal.entries(), ["starting"]);
    gate.notify_one();
    assert_eq!(asked.await, Ok(1));
    actor.wait().await;
    assert_eq!(
        journal.entries(),
        ["starting", "started", "urgent", "first", "asked", "stopping: normal", "stopped"]
    );
}

#[tokio::test]
async fn whoever_starts_waits_for_started_and_hears_its_error() {
    let system = ActorSystem::new();
    let gate = Arc::new(Notify::new());
    let guest = Guest { slow_start: Some(gate.clone()), refuse: true, ..Guest::default() };
    let journal = guest.journal.clone();
    let mut start = Box::pin(system.actor(move || guest.clone()).name("guest").start());
    assert!(poll_once(&mut start).await.is_none());
    settle().await;
    assert!(poll_once(&mut start).await.is_none(), "it has not started yet");
    gate.notify_one();
    let error = start.await.unwrap_err();
    assert!(matches!(&error, StartError::Failed(error) if error.to_string() == "refused"), "{error}");
    assert_eq!(journal.entries(), ["starting", "started"], "a life that did not begin has no end");
    assert!(system.lookup::<Guest>("guest").is_err(), "the name is free again");
}

#[tokio::test]
async fn stopped_runs_once_for_each_way_to_end_but_not_when_killed() {
    type End = fn(&ActorSystem, &ActorRef<Guest>);
    let ends: [(End, Option<&str>); 7] = [
        (|_, actor| actor.stop(), Some("normal")),
        (|_, actor| actor.stop_now(), Some("normal")),
        (|_, actor| actor.end(false).try_tell().unwrap(), Some("normal")),
        (|_, actor| actor.end(true).try_tell().unwrap(), Some("failed: failed")),
        (|_, actor| actor.explode().try_tell().unwrap(), Some("panicked: exploded")),
        (
            |system, _| {
                let system = system.clone();
                tokio::spawn(async move { system.shutdown(seconds(5)).await });
            },
            Some("shutdown"),
        ),
        (|_, actor| actor.kill(), None),
    ];
    for (end, reason) in ends {
        let (system, guest) = (ActorSystem::new(), Guest::default());
        let journal = guest.journal.clone();
        let actor = system.actor(move || guest.clone()).start().await.unwrap();
        end(&system, &actor);
        settle().await;
        // More orders than one change nothing.
        actor.stop();
        let ended = actor.wait().await.to_string();
        assert_eq!(ended, reason.unwrap_or("killed"));
        settle().await;
        let expected: Vec<String> = match reason {
            Some(reason) => vec![format!("stopping: {reason}"), "stopped".into()],
            None => Vec::new(),
        };
        assert_eq!(journal.entries()[2..], expected);
    }
}

#[tokio::test]
async fn an_actor_that_nobody_can_reach_any_more_runs_stopped_too() {
    let (system, guest) = (ActorSystem::new(), Guest::default());
    let journal = guest.journal.clone();
    system.spawn(guest).note("last words").tell().await.unwrap();
    settle().await;
    assert_eq!(journal.entries()[2..], ["last words", "stopping: normal", "stopped"]);
    assert_eq!(system.running(), 0);
}

#[tokio::test]
async fn each_life_has_its_own_started_and_stopped() {
    let (system, guest) = (ActorSystem::new(), Guest::default());
    let journal = guest.journal.clone();
    let actor = system
        .actor(move || guest.clone())
        .restart(Restart::permanent().max(9, seconds(60)))
        .start()
        .await
        .unwrap();
    actor.explode().tell().await.unwrap();
    actor.note("second life").await.unwrap();
    actor.kill();
    actor.note("third life").await.unwrap();
    assert_eq!(
        journal.entries(),
        [
            "starting",
            "started",
            "stopping: panicked: exploded",
            "stopped",
            "starting",
            "started",
            "second life",
            "starting",
            "started",
            "third life"
        ]
    );
}

#[tokio::test]
async fn a_kill_also_ends_a_hook_at_its_next_await() {
    let system = ActorSystem::new();
    let starting = Guest { slow_start: Some(Arc::default()), ..Guest::default() };
    let journal = starting.journal.clone();
    let actor = system.spawn(starting);
    settle().await;
    actor.kill();
    assert!(matches!(actor.wait().await, ExitReason::Killed));
    assert_eq!(journal.entries(), ["starting"]);

    let stopping = Guest { slow_end: Some(Arc::default()), ..Guest::default() };
    let journal = stopping.journal.clone();
    let actor = system.spawn(stopping);
    actor.stop();
    settle().await;
    assert!(actor.is_alive(), "its hook runs");
    actor.kill();
    assert!(matches!(actor.wait().await, ExitReason::Killed));
    assert_eq!(journal.entries(), ["starting", "started", "stopping: normal"]);
}

#[tokio::test]
async fn a_stop_now_lets_a_hook_finish() {
    let system = ActorSystem::new();
    let gate = Arc::new(Notify::new());
    let guest = Guest { slow_start: Some(gate.clone()), ..Guest::default() };
    let journal = guest.journal.clone();
    let actor = system.spawn(guest);
    actor.note("queued").try_tell().unwrap();
    settle().await;
    actor.stop_now();
    settle().await;
    assert!(actor.is_alive());
    gate.notify_one();
    assert!(matches!(actor.wait().await, ExitReason::Normal));
    assert_eq!(journal.entries(), ["starting", "started", "stopping: normal", "stopped"]);
}

#[tokio::test]
async fn whoever_starts_an_actor_that_is_ended_meanwhile_is_told() {
    let system = ActorSystem::new();
    let guest = Guest { slow_start: Some(Arc::default()), ..Guest::default() };
    let mut start = Box::pin(system.actor(move || guest.clone()).name("guest").start());
    assert!(poll_once(&mut start).await.is_none());
    settle().await;
    system.lookup::<Guest>("guest").unwrap().kill();
    assert!(matches!(start.await.unwrap_err(), StartError::Stopped));
}

#[tokio::test]
async fn whoever_ends_because_a_link_broke_has_its_hook_once_also_if_the_other_was_killed() {
    type End = fn(&ActorRef<Guest>);
    let ends: [(End, &str); 2] = [
        (|other| other.kill(), "killed"),
        (|other| other.explode().try_tell().unwrap(), "panicked: exploded"),
    ];
    for (end, reason) in ends {
        let (system, guest) = (ActorSystem::new(), Guest::default());
        let journal = guest.journal.clone();
        let (actor, other) = (system.spawn(guest), system.spawn(Guest::default()));
        actor.tie((&other).into()).await.unwrap();
        end(&other);
        assert_eq!(actor.wait().await.to_string(), reason);
        settle().await;
        assert_eq!(journal.entries()[2..], [format!("stopping: {reason}"), "stopped".to_owned()]);
    }
}

#[tokio::test]
async fn whoever_is_killed_before_its_first_turn_has_no_hooks_at_all() {
    let (system, guest) = (ActorSystem::new(), Guest::default());
    let journal = guest.journal.clone();
    let actor = system.spawn(guest);
    actor.kill();
    assert!(matches!(actor.wait().await, ExitReason::Killed));
    settle().await;
    assert_eq!(journal.entries(), [""; 0]);
}
