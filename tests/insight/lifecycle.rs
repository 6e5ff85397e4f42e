//! What becomes of actors, as events.

use actors::prelude::*;
use actors::{LifecycleEvent, TopicReceiver};

use crate::support::*;

/// Everything reported so far, in short.
fn heard(events: &mut TopicReceiver<LifecycleEvent>) -> Vec<String> {
    std::iter::from_fn(|| events.try_recv()).map(|event| short(&event)).collect()
}

fn short(event: &LifecycleEvent) -> String {
    let path = event.path();
    match event {
        LifecycleEvent::Started { incarnation, .. } => format!("{path} started {}", incarnation.as_u32()),
        LifecycleEvent::Failed { reason, .. } => format!("{path} failed: {reason}"),
        LifecycleEvent::Restarted { incarnation, .. } => format!("{path} restarted {}", incarnation.as_u32()),
        LifecycleEvent::Stopped { reason, .. } => format!("{path} stopped: {reason}"),
        other => format!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn starts_failures_restarts_and_ends_are_reported_in_order() {
    let system = ActorSystem::new();
    let mut events = system.lifecycle().subscribe();
    let builder = system.actor(Worker::default).restart(Restart::transient().max(1, seconds(60)));
    let worker = builder.name("worker").start().await.unwrap();
    assert_eq!(heard(&mut events), ["/worker started 0"]);
    worker.fail().tell().await.unwrap();
    worker.note(1).await.unwrap();
    let panicked = ExitReason::Panicked("failed".into());
    assert_eq!(
        heard(&mut events),
        [format!("/worker failed: {panicked}"), "/worker restarted 1".into(), "/worker started 1".into()]
    );
    worker.fail().tell().await.unwrap();
    worker.wait().await;
    assert_eq!(
        heard(&mut events),
        [format!("/worker failed: {panicked}"), format!("/worker stopped: {panicked}")]
    );
}

#[tokio::test]
async fn the_end_is_reported_before_it_is_told() {
    let system = ActorSystem::new();
    let worker = system.spawn(Worker::default());
    let mut events = system.lifecycle().subscribe();
    worker.stop();
    let reason = worker.wait().await;
    let event = std::iter::from_fn(|| events.try_recv()).last().unwrap();
    assert!(matches!(event, LifecycleEvent::Stopped { .. }), "{event:?}");
    assert_eq!((event.id(), event.path()), (worker.id(), &worker.path()));
    assert!(reason.is_normal());
}

#[tokio::test]
async fn nothing_is_reported_of_an_actor_that_may_not_start() {
    let system = ActorSystem::new();
    let first = system.actor(Worker::default).name("one").start().await.unwrap();
    let mut events = system.lifecycle().subscribe();
    for name in ["one", "not/a/name"] {
        system.actor(Worker::default).name(name).start().await.unwrap_err();
    }
    assert!(heard(&mut events).is_empty(), "whoever has the name runs on");
    system.shutdown(seconds(1)).await;
    assert_eq!(heard(&mut events), ["/one stopped: shutdown"]);
    let late = system.spawn(Worker::default());
    assert!(!late.is_alive() && !first.is_alive());
    assert!(matches!(late.wait().await, ExitReason::Shutdown));
    assert!(heard(&mut events).is_empty(), "it never started");
}

#[tokio::test(start_paused = true)]
async fn the_bus_carries_what_becomes_of_actors_from_the_first_subscription_on() {
    let system = ActorSystem::new();
    let before = system.actor(Worker::default).name("before").start().await.unwrap();
    let mut typed = system.bus().subscribe::<LifecycleEvent>().into_stream();
    let mut pattern = system.bus().pattern("$actors.*").into_stream();
    let worker = system.actor(Worker::default).name("worker").start().await.unwrap();
    worker.stop();
    worker.wait().await;
    for expected in ["/worker started 0", "/worker stopped: normal"] {
        assert_eq!(short(&typed.next().await.unwrap()), expected);
        let event = pattern.next().await.unwrap();
        assert_eq!(event.topic(), "$actors.lifecycle");
        assert_eq!(short(event.downcast_ref::<LifecycleEvent>().unwrap()), expected);
    }
    let group = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = group.clone();
    let subscription = system.bus().subscribe::<LifecycleEvent>().group("audit").for_each(move |event| {
        heard.lock().unwrap().push(short(&event));
        async {}
    });
    let failing = system.actor(Worker::default).name("failing").start().await.unwrap();
    failing.fail().tell().await.unwrap();
    failing.wait().await;
    settle().await;
    assert_eq!(group.lock().unwrap().len(), 3, "each event once: {:?}", group.lock().unwrap());
    subscription.cancel();
    drop((typed, pattern));
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    before.stop();
    before.wait().await;
    drop((before, worker, failing, subscription, system));
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(alive(), 0, "nothing keeps the system");
}
