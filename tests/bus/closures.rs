//! Subscriptions of closures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actors::prelude::*;

use crate::support::{Drawn, Gate, Journal, draw};

#[tokio::test]
async fn events_are_handled_in_order_and_the_handle_may_go() {
    let bus = ActorSystem::new().bus();
    let journal = Journal::default();
    let noted = journal.clone();
    drop(bus.subscribe::<Drawn>().for_each(move |Drawn(number)| {
        let noted = noted.clone();
        async move {
            tokio::task::yield_now().await;
            noted.note(number);
        }
    }));
    draw(&bus, 0..100).await;
    assert!(journal.filled(100).await.into_iter().eq(0..100));
}

#[tokio::test]
async fn it_is_ready_and_ends_when_cancelled_after_what_it_handles() {
    let bus = ActorSystem::new().bus();
    let (gate, journal) = (Gate::closed(), Journal::default());
    let (held, noted) = (gate.clone(), journal.clone());
    let subscription = bus.subscribe::<Drawn>().for_each(move |Drawn(number)| {
        let (held, noted) = (held.clone(), noted.clone());
        async move {
            held.pass(number).await;
            noted.note(number);
        }
    });
    subscription.ready().await.unwrap();
    draw(&bus, [1, 2, 3]).await;
    gate.arrivals.filled(1).await;
    subscription.cancel();
    assert!(!subscription.has_ended());
    gate.open();
    subscription.wait().await;
    assert!(subscription.has_ended());
    draw(&bus, [4]).await;
    assert_eq!(journal.entries(), [1]);
    assert_eq!(subscription.dropped(), 2);
}

#[tokio::test]
async fn as_many_as_allowed_run_at_a_time() {
    let bus = ActorSystem::new().bus();
    let (gate, running, most) =
        (Gate::closed(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (held, most_seen) = (gate.clone(), most.clone());
    let subscription = bus.subscribe::<Drawn>().concurrency(3).for_each(move |Drawn(number)| {
        let (held, running, most) = (held.clone(), running.clone(), most_seen.clone());
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            held.pass(number).await;
            running.fetch_sub(1, Ordering::SeqCst);
        }
    });
    draw(&bus, 0..10).await;
    gate.arrivals.filled(3).await;
    for handled in 1..=7 {
        gate.open_for(1);
        gate.arrivals.filled(3 + handled).await;
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    subscription.cancel();
    gate.open();
    subscription.wait().await;
}

#[tokio::test]
async fn a_panic_is_contained() {
    let bus = ActorSystem::new().bus();
    let journal = Journal::default();
    let noted = journal.clone();
    let subscription = bus.subscribe::<Drawn>().for_each(move |Drawn(number)| {
        assert_ne!(number, 1, "before the future");
        let noted = noted.clone();
        async move {
            assert_ne!(number, 2, "in the future");
            noted.note(number);
        }
    });
    draw(&bus, [1, 2, 3]).await;
    assert_eq!(journal.filled(1).await, [3]);
    assert_eq!(subscription.failed(), 2);
}

#[tokio::test]
async fn subscribing_needs_no_runtime_around_it() {
    let system = ActorSystem::new();
    let journal = Journal::default();
    let (bus, noted) = (system.bus(), journal.clone());
    let subscribe = move || {
        bus.subscribe::<Drawn>().for_each(move |Drawn(number)| {
            noted.note(number);
            async {}
        })
    };
    std::thread::spawn(subscribe).join().unwrap();
    draw(&system.bus(), [1]).await;
    assert_eq!(journal.filled(1).await, [1]);
}
