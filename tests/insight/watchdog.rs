//! Handlers that are stuck and mailboxes that fill up.

use std::time::Duration;

use actors::prelude::*;
use actors::{LifecycleEvent, Mailbox, TopicReceiver};
use tokio::time::sleep;

use crate::support::*;

fn warnings(events: &mut TopicReceiver<LifecycleEvent>) -> Vec<LifecycleEvent> {
    let is_warning = |event: &LifecycleEvent| {
        matches!(event, LifecycleEvent::Stuck { .. } | LifecycleEvent::Crowded { .. })
    };
    std::iter::from_fn(|| events.try_recv()).filter(is_warning).collect()
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_waits_too_long_is_reported_once() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    let mut events = system.lifecycle().subscribe();
    actor.hold().tell().await.unwrap();
    sleep(seconds(9)).await;
    assert!(warnings(&mut events).is_empty());
    sleep(seconds(4)).await;
    let seen = warnings(&mut events);
    let [LifecycleEvent::Stuck { id, message_type, lasting, .. }] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((*id, *message_type), (actor.id(), "Hold"));
    assert!(*lasting >= seconds(10), "{lasting:?}");
    sleep(seconds(60)).await;
    assert!(warnings(&mut events).is_empty());

    actor.hold().tell().await.unwrap();
    worker.gate.notify_one();
    sleep(seconds(13)).await;
    assert_eq!(warnings(&mut events).len(), 1, "the next one");
    worker.gate.notify_one();
}

#[tokio::test(start_paused = true)]
async fn many_short_waits_are_no_long_one() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    let mut events = system.lifecycle().subscribe();
    for _ in 0..10 {
        actor.hold().tell().await.unwrap();
        sleep(seconds(7)).await;
        worker.gate.notify_one();
    }
    assert!(warnings(&mut events).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_limit_can_be_set_and_the_watchdog_sent_away() {
    let quick = ActorSystem::builder().stuck_after(Duration::from_millis(100)).build();
    let never = ActorSystem::builder().stuck_after(Duration::MAX).build();
    let without = ActorSystem::builder().without_watchdog().build();
    for (system, expected) in [(quick, 1), (never, 0), (without, 0)] {
        let worker = Worker::default();
        let actor = system.spawn(worker.clone());
        let mut events = system.lifecycle().subscribe();
        actor.hold().tell().await.unwrap();
        sleep(seconds(1)).await;
        assert_eq!(warnings(&mut events).len(), expected, "{system:?}");
        sleep(seconds(60)).await;
        assert!(warnings(&mut events).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_that_fills_up_is_reported_at_each_crossing() {
    let system = ActorSystem::new();
    let actor = system.actor(Worker::default).mailbox(Mailbox::bounded(10)).spawn();
    let mut events = system.lifecycle().subscribe();
    let fill = async |messages: u64| {
        actor.suspend();
        settle().await;
        for number in 0..messages {
            actor.note(number).tell().await.unwrap();
        }
        sleep(seconds(3)).await;
    };
    let empty = async || {
        actor.resume();
        sleep(seconds(3)).await;
    };
    fill(8).await;
    assert!(warnings(&mut events).is_empty(), "80 % is not above it");
    actor.note(8).tell().await.unwrap();
    sleep(seconds(3)).await;
    let seen = warnings(&mut events);
    let [LifecycleEvent::Crowded { id, queued, bound, .. }] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((*id, *queued, *bound), (actor.id(), 9, 10));
    actor.note(9).tell().await.unwrap();
    sleep(seconds(60)).await;
    assert!(warnings(&mut events).is_empty(), "reported already");
    empty().await;
    fill(9).await;
    assert_eq!(warnings(&mut events).len(), 1, "it was empty in between");
    empty().await;
    assert!(warnings(&mut events).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_idle_system_lets_the_clock_stand() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.hold().tell().await.unwrap();
    sleep(seconds(30)).await;
    worker.gate.notify_one();
    // Until the watchdog has seen that nothing is left to watch.
    sleep(seconds(3)).await;
    let before = tokio::time::Instant::now();
    // A real thread: the virtual clock would run on meanwhile if a timer were set.
    let (done, waiting) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        done.send(()).unwrap();
    });
    waiting.await.unwrap();
    thread.join().unwrap();
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_watchdog_keeps_nothing_alive() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let numbers = std::sync::Arc::downgrade(&worker.numbers);
    let actor = system.spawn(worker);
    actor.hold().tell().await.unwrap();
    sleep(seconds(5)).await;
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert_eq!(alive(), 3, "the actor, the watchdog, and the sentinel of the runtime's end");
    actor.kill();
    actor.wait().await;
    drop((actor, system));
    settle().await;
    assert!(numbers.upgrade().is_none());
    sleep(seconds(3)).await;
    assert_eq!(alive(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_blocks_its_thread_is_seen_from_another_one() {
    #[derive(Actor)]
    struct Blocker;

    #[handlers]
    impl Blocker {
        #[handler]
        fn block(&mut self, until: std::sync::mpsc::Receiver<()>) {
            until.recv().unwrap();
        }
    }

    let system = ActorSystem::builder().stuck_after(Duration::from_millis(20)).build();
    let mut events = system.lifecycle().subscribe();
    let (release, until) = std::sync::mpsc::channel();
    let actor = system.spawn(Blocker);
    actor.block(until).tell().await.unwrap();
    let event = loop {
        match events.recv().await.unwrap() {
            LifecycleEvent::Started { .. } => {}
            event => break event,
        }
    };
    assert!(matches!(event, LifecycleEvent::Stuck { message_type: "Block", .. }), "{event:?}");
    release.send(()).unwrap();
}
