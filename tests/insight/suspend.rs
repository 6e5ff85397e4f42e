//! Actors held still.

use actors::prelude::*;
use actors::{ActorState, DeadLetterReason, Mailbox};

use crate::support::*;

fn suspended(system: &ActorSystem) -> (ActorRef<Worker>, Worker) {
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.suspend();
    (actor, worker)
}

#[tokio::test]
async fn messages_wait_and_keep_their_order() {
    let system = ActorSystem::new();
    let (actor, worker) = suspended(&system);
    for number in 1..=3 {
        actor.note(number).tell().await.unwrap();
    }
    actor.note(0).urgent().tell().await.unwrap();
    settle().await;
    assert!(worker.numbers().is_empty());
    assert_eq!((actor.snapshot().state, actor.snapshot().mailbox_depth), (ActorState::Suspended, 4));
    actor.resume();
    actor.note(4).await.unwrap();
    assert_eq!(worker.numbers(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_handler_that_runs_comes_to_its_end_first() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.hold().tell().await.unwrap();
    actor.note(1).tell().await.unwrap();
    settle().await;
    actor.suspend();
    assert_eq!(actor.snapshot().state, ActorState::Handling);
    worker.gate.notify_one();
    settle().await;
    assert_eq!((actor.snapshot().state, actor.snapshot().handled), (ActorState::Suspended, 1));
    actor.resume();
    settle().await;
    assert_eq!(worker.numbers(), [1]);
}

#[tokio::test]
async fn the_bound_holds_and_senders_wait() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let made = worker.clone();
    let actor = system.actor(move || made.clone()).mailbox(Mailbox::bounded(2)).spawn();
    actor.suspend();
    actor.note(1).tell().await.unwrap();
    actor.note(2).tell().await.unwrap();
    let waiting = tokio::spawn({
        let actor = actor.clone();
        async move { actor.note(3).tell().await }
    });
    settle().await;
    assert!(!waiting.is_finished());
    actor.resume();
    waiting.await.unwrap().unwrap();
    actor.note(4).await.unwrap();
    assert_eq!(worker.numbers(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn ends_of_others_are_still_heard_of() {
    let system = ActorSystem::new();
    let (actor, worker) = suspended(&system);
    let other = system.spawn(Worker::default());
    actor.resume();
    actor.follow(other.clone()).await.unwrap();
    actor.suspend();
    actor.note(1_000).tell().await.unwrap();
    other.kill();
    other.wait().await;
    settle().await;
    assert_eq!(worker.numbers(), [other.id().as_u64()]);
}

#[tokio::test]
async fn a_stop_comes_after_what_is_queued_and_ends_the_suspension() {
    let system = ActorSystem::new();
    let (actor, worker) = suspended(&system);
    actor.note(1).tell().await.unwrap();
    settle().await;
    actor.stop();
    actor.suspend();
    assert!(actor.wait().await.is_normal());
    assert_eq!(worker.numbers(), [1]);
}

#[tokio::test]
async fn the_swift_ends_do_not_wait() {
    let system = ActorSystem::new();
    let (actor, worker) = suspended(&system);
    actor.note(1).tell().await.unwrap();
    actor.stop_now();
    assert!(actor.wait().await.is_normal());
    let (killed, _) = suspended(&system);
    settle().await;
    killed.kill();
    assert!(matches!(killed.wait().await, ExitReason::Killed));
    assert!(worker.numbers().is_empty());
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_is_not_held_up() {
    let system = ActorSystem::new();
    let (actor, worker) = suspended(&system);
    actor.note(1).tell().await.unwrap();
    settle().await;
    let report = system.shutdown(seconds(5)).await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(worker.numbers(), [1]);
}

#[tokio::test]
async fn nobody_is_left_behind_suspended() {
    let system = ActorSystem::new();
    let (actor, worker) = suspended(&system);
    let weak = actor.downgrade();
    actor.note(1).tell().await.unwrap();
    settle().await;
    drop(actor);
    while weak.upgrade().is_some() || system.running() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(worker.numbers(), [1]);
}

#[tokio::test]
async fn the_next_life_is_not_suspended() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let made = worker.clone();
    let actor = system.actor(move || made.clone()).restart(Restart::permanent().max(9, seconds(9))).spawn();
    actor.fail().tell().await.unwrap();
    actor.hold().tell().await.unwrap();
    settle().await;
    actor.suspend();
    actor.note(1).tell().await.unwrap();
    actor.kill();
    settle().await;
    assert_eq!(worker.numbers(), [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_lost_between_suspending_and_resuming() {
    const MESSAGES: u64 = 20_000;
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    let sending = tokio::spawn({
        let actor = actor.clone();
        async move {
            for number in 0..MESSAGES {
                actor.note(number).tell().await.unwrap();
            }
        }
    });
    while !sending.is_finished() {
        actor.suspend();
        tokio::task::yield_now().await;
        actor.resume();
        tokio::task::yield_now().await;
    }
    sending.await.unwrap();
    actor.note(MESSAGES).await.unwrap();
    assert!(worker.numbers().into_iter().eq(0..=MESSAGES));
    // Its answer may be there before its turn is over.
    while actor.snapshot().state != ActorState::Running {
        tokio::task::yield_now().await;
    }
    assert_eq!(actor.snapshot().handled, MESSAGES + 1);
}
