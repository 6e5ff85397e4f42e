//! What actors say about themselves.

use actors::prelude::*;
use actors::{ActorState, Mailbox};

use crate::support::*;

#[tokio::test]
async fn an_actor_describes_itself_between_two_messages() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.hold().tell().await.unwrap();
    settle().await;
    actor.note(1).tell().await.unwrap();
    let inspecting = tokio::spawn({
        let actor = actor.clone();
        async move { actor.inspect().await }
    });
    settle().await;
    assert!(!inspecting.is_finished(), "a handler runs");
    worker.gate.notify_one();
    assert_eq!(inspecting.await.unwrap().unwrap().description, "[]", "before what was queued");
    actor.note(2).await.unwrap();
    let inspection = actor.inspect().await.unwrap();
    assert_eq!((inspection.description.as_str(), inspection.snapshot.kind), ("[1, 2]", "Worker"));
}

#[tokio::test]
async fn an_actor_without_a_description_is_its_type() {
    #[derive(Actor)]
    struct Plain;
    let system = ActorSystem::new();
    let plain = system.spawn(Plain);
    let inspection = plain.inspect().await.unwrap();
    assert_eq!((inspection.description.as_str(), inspection.snapshot.id), ("Plain", plain.id()));
    let again = system.resolve(plain.path()).unwrap().inspect().await.unwrap();
    assert_eq!(again.description, "Plain");
}

#[tokio::test]
async fn neither_a_full_mailbox_nor_a_suspension_is_in_its_way() {
    let system = ActorSystem::new();
    let mailbox = Mailbox::bounded(1).on_full(OnFull::Reject);
    let actor = system.actor(Worker::default).mailbox(mailbox).spawn();
    actor.suspend();
    actor.note(1).try_tell().unwrap();
    actor.note(2).try_tell().unwrap_err();
    let inspection = actor.inspect().await.unwrap();
    assert_eq!(inspection.description, "[]");
    settle().await;
    assert_eq!((actor.snapshot().state, actor.snapshot().mailbox_depth), (ActorState::Suspended, 1));
}

#[tokio::test(start_paused = true)]
async fn the_dead_say_nothing_and_the_busy_are_waited_for_so_long() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.hold().tell().await.unwrap();
    settle().await;
    assert!(matches!(actor.inspect().await, Err(AskError::Timeout(_))));
    let inspecting = tokio::spawn({
        let actor = actor.clone();
        async move { actor.inspect().await }
    });
    settle().await;
    actor.kill();
    assert_eq!(inspecting.await.unwrap(), Err(AskError::Stopped));
    assert_eq!(actor.inspect().await, Err(AskError::Stopped));
}

#[tokio::test]
async fn a_description_that_panics_harms_nobody() {
    let system = ActorSystem::new();
    let actor = system.spawn(Worker::default());
    actor.note(13).await.unwrap();
    let inspection = actor.inspect().await.unwrap();
    assert_eq!(inspection.description, "panicked: a number of ill omen");
    assert!(actor.note(14).await.is_ok());
}
