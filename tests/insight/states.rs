//! The states of an actor, one after another.

use std::sync::Arc;

use actors::prelude::*;
use actors::{ActorState, LifecycleEvent};
use tokio::sync::Notify;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn every_state_of_a_life_is_seen() {
    let system = ActorSystem::new();
    let worker = Worker { hold_start: true, hold_stop: true, ..Worker::default() };
    let (made, gate) = (worker.clone(), worker.gate.clone());
    let builder = system.actor(move || made.clone()).restart(Restart::transient().max(1, seconds(60)));
    let actor = builder.backoff(Backoff::exponential(seconds(1), seconds(1))).spawn();
    let state = || actor.snapshot().state;

    assert_eq!(state(), ActorState::Starting);
    settle().await;
    assert_eq!(state(), ActorState::Starting, "in `started`");
    gate.notify_one();
    settle().await;
    assert_eq!(state(), ActorState::Running);

    actor.hold().tell().await.unwrap();
    settle().await;
    assert_eq!(state(), ActorState::Handling);
    gate.notify_one();
    settle().await;
    assert_eq!(state(), ActorState::Running);

    actor.fail().tell().await.unwrap();
    settle().await;
    assert_eq!(state(), ActorState::Stopping, "in `stopped`");
    gate.notify_one();
    settle().await;
    assert_eq!((state(), actor.snapshot().restarts), (ActorState::Restarting, 0), "in the backoff");
    tokio::time::sleep(seconds(2)).await;
    assert_eq!((state(), actor.snapshot().restarts), (ActorState::Starting, 1));
    gate.notify_one();
    settle().await;

    actor.suspend();
    assert_eq!(state(), ActorState::Suspended);
    actor.resume();
    assert_eq!(state(), ActorState::Running);

    actor.stop();
    settle().await;
    assert_eq!(state(), ActorState::Stopping);
    gate.notify_one();
    actor.wait().await;
    assert_eq!(state(), ActorState::Stopped);
    assert_eq!(actor.snapshot().handled, 1, "the one that failed was not handled");
}

#[tokio::test(start_paused = true)]
async fn the_message_being_handled_is_named_and_its_wait_measured() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    assert_eq!(actor.snapshot().handling, None);

    let during = actor.look().await.unwrap();
    assert_eq!(during.state, ActorState::Handling);
    let handling = during.handling.unwrap();
    assert_eq!((handling.message_type, handling.waiting), ("Look", None), "it computes");

    actor.hold().tell().await.unwrap();
    tokio::time::sleep(seconds(7)).await;
    let handling = actor.snapshot().handling.unwrap();
    assert_eq!(handling.message_type, "Hold");
    let waiting = handling.waiting.unwrap();
    assert!(waiting >= seconds(6) && waiting <= seconds(8), "{waiting:?}");
    worker.gate.notify_one();
    settle().await;
    assert_eq!(actor.snapshot().handling, None);
}

/// A state machine whose hook waits.
struct Slow {
    machine: Machine<u8>,
    gate: Arc<Notify>,
}

impl Actor for Slow {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        self.machine.start(ctx);
        Ok(())
    }
}

impl StateMachine for Slow {
    type State = u8;

    fn machine(&mut self) -> &mut Machine<u8> {
        &mut self.machine
    }

    async fn entered(&mut self, _: Option<u8>, _: &mut Context<Self>) {
        self.gate.notified().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_state_is_named_and_is_no_message() {
    let system = ActorSystem::new();
    let gate = Arc::new(Notify::new());
    let actor = system.spawn(Slow { machine: Machine::new(0), gate: gate.clone() });
    let mut events = system.lifecycle().subscribe();
    tokio::time::sleep(seconds(13)).await;
    assert_eq!(actor.snapshot().handling.map(|handling| handling.message_type), Some("state change"));
    let stuck = std::iter::from_fn(|| events.try_recv())
        .find(|event| matches!(event, LifecycleEvent::Stuck { message_type: "state change", .. }));
    assert!(stuck.is_some(), "the watchdog says the same");
    gate.notify_one();
    settle().await;
    let snapshot = actor.snapshot();
    assert_eq!((snapshot.handling, snapshot.handled), (None, 0));
}

#[tokio::test]
async fn a_start_that_fails_for_good_ends_in_stopped() {
    let system = ActorSystem::new();
    let actor = system.actor(|| -> Result<Worker, ActorError> { Err(ActorError::msg("no")) }).spawn();
    actor.wait().await;
    assert_eq!(actor.snapshot().state, ActorState::Stopped);
}
