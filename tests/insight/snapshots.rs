//! What snapshots count.

use actors::prelude::*;
use actors::{DeadLetterReason, Mailbox};

use crate::support::*;

#[tokio::test]
async fn the_queue_and_its_bound_are_told() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let made = worker.clone();
    let actor = system.actor(move || made.clone()).mailbox(Mailbox::bounded(8)).spawn();
    assert_eq!((actor.snapshot().mailbox_depth, actor.snapshot().mailbox_bound), (0, Some(8)));
    actor.hold().tell().await.unwrap();
    settle().await;
    for number in 0..5 {
        actor.note(number).tell().await.unwrap();
    }
    actor.note(5).urgent().tell().await.unwrap();
    assert_eq!(actor.snapshot().mailbox_depth, 6);
    worker.gate.notify_one();
    settle().await;
    assert_eq!((actor.snapshot().mailbox_depth, actor.snapshot().handled), (0, 7));
    let unbounded = system.actor(Worker::default).mailbox(Mailbox::unbounded()).spawn();
    assert_eq!(unbounded.snapshot().mailbox_bound, None);
}

#[tokio::test(start_paused = true)]
async fn messages_are_counted_and_words_of_the_kernel_are_not() {
    let system = ActorSystem::new();
    let actor = system.actor(Worker::default).restart(Restart::permanent().max(9, seconds(9))).spawn();
    for number in 0..200 {
        actor.note(number).tell().await.unwrap();
    }
    actor.note(200).await.unwrap();
    assert_eq!(settled(&actor).await, 201);
    actor.note_later(201).await.unwrap();
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(settled(&actor).await, 203, "a timer's tick is a message");
    actor.inspect().await.unwrap();
    actor.fail().tell().await.unwrap();
    actor.note(202).await.unwrap();
    assert_eq!(settled(&actor).await, 204, "the one that failed was not handled");
    actor.stop();
    settle().await;
    assert_eq!(settled(&actor).await, 204, "nor is a stop");

    actor.hold().tell().await.unwrap();
    let late = actor.note(0).timeout(seconds(1));
    late.await.unwrap_err();
    assert_eq!(settled(&actor).await, 204, "neither what waits nor what is being handled");
    actor.kill();
}

async fn settled(actor: &ActorRef<Worker>) -> u64 {
    settle().await;
    actor.snapshot().handled
}

#[tokio::test(start_paused = true)]
async fn a_question_that_came_too_late_is_not_counted() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.hold().tell().await.unwrap();
    actor.note(0).timeout(seconds(1)).await.unwrap_err();
    worker.gate.notify_one();
    assert_eq!(settled(&actor).await, 1);
    let snapshot = system.snapshot();
    assert_eq!(snapshot.dead_letters.of(DeadLetterReason::Expired), 1);
    assert_eq!(snapshot.dead_letters.total(), 1);
}

#[tokio::test]
async fn the_tree_is_told_with_parents_first() {
    let system = ActorSystem::new();
    let root = system.actor(Worker::default).name("root").start().await.unwrap();
    let lonely = system.spawn(Worker::default());
    let first = root.adopt().await.unwrap();
    let second = root.adopt().await.unwrap();
    let grandchild = first.adopt().await.unwrap();
    let snapshot = system.snapshot();
    let ids: Vec<_> = snapshot.actors.iter().map(|actor| actor.id).collect();
    assert_eq!(ids, [root.id(), lonely.id(), first.id(), second.id(), grandchild.id()]);
    let seen = snapshot.actor("/root").unwrap();
    assert_eq!((seen.kind, seen.parent), ("Worker", None));
    assert_eq!(seen.children, [first.id(), second.id()]);
    let seen = snapshot.actor(first.path()).unwrap();
    assert_eq!((seen.parent, &seen.children[..]), (Some(root.id()), &[grandchild.id()][..]));
    assert_eq!(*seen, first.snapshot());
    let drawing = snapshot.to_string();
    let lines: Vec<_> = drawing.lines().map(|line| line.split(": ").next().unwrap()).collect();
    let label = |actor: &ActorRef<Worker>| format!("Worker{}", actor.id());
    let expected = [
        "root (Worker)".to_owned(),
        format!("  {}", label(&first)),
        format!("    {}", label(&grandchild)),
        format!("  {}", label(&second)),
        label(&lonely),
        "5 actors, 0 restarts".to_owned(),
    ];
    assert_eq!(lines, expected);

    first.kill();
    first.wait().await;
    assert_eq!(system.snapshot().actors.len(), 3, "its child went with it");
    assert_eq!(root.snapshot().children, [second.id()]);
}

#[tokio::test]
async fn watchers_and_restarts_are_counted() {
    let system = ActorSystem::new();
    let watched = system.actor(Worker::default).restart(Restart::permanent().max(9, seconds(9))).spawn();
    let (one, two) = (system.spawn(Worker::default()), system.spawn(Worker::default()));
    one.follow(watched.clone()).await.unwrap();
    two.follow(watched.clone()).await.unwrap();
    watched.fail().tell().await.unwrap();
    watched.fail().tell().await.unwrap();
    watched.note(1).await.unwrap();
    assert_eq!((watched.snapshot().watchers, watched.snapshot().restarts), (2, 2));
    assert_eq!(system.snapshot().restarts, 2);
    one.kill();
    one.wait().await;
    assert_eq!(watched.snapshot().watchers, 1);
}

#[tokio::test]
async fn a_shutdown_is_seen() {
    let system = ActorSystem::new();
    let _worker = system.spawn(Worker::default());
    assert!(!system.snapshot().is_shutting_down);
    system.shutdown(seconds(5)).await;
    assert!(system.snapshot().is_shutting_down);
    assert!(system.snapshot().actors.is_empty());
}
