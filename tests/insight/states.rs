//! The states of an actor, one after another.

use actors::ActorState;
use actors::prelude::*;

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

#[tokio::test]
async fn a_start_that_fails_for_good_ends_in_stopped() {
    let system = ActorSystem::new();
    let actor = system.actor(|| -> Result<Worker, ActorError> { Err(ActorError::msg("no")) }).spawn();
    actor.wait().await;
    assert_eq!(actor.snapshot().state, ActorState::Stopped);
}
