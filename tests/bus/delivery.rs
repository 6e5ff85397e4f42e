//! Who gets which events, in which order, and what a full buffer does.

use std::sync::{Arc, Mutex};

use actors::DeadLetterReason;
use actors::prelude::*;
use tokio::sync::Semaphore;

use super::*;

/// A subscription whose handler waits for permits, and what it has handled.
fn gated(
    bus: &Bus,
    capacity: usize,
    on_full: OnFull,
) -> (Subscription, Arc<Semaphore>, Arc<Mutex<Vec<u64>>>) {
    let (gate, numbers) = (Arc::new(Semaphore::new(0)), Arc::<Mutex<Vec<u64>>>::default());
    let (gate_inside, numbers_inside) = (gate.clone(), numbers.clone());
    let subscription =
        bus.subscribe::<OrderPlaced>().capacity(capacity).on_full(on_full).for_each(move |event| {
            let (gate, numbers) = (gate_inside.clone(), numbers_inside.clone());
            async move {
                gate.acquire().await.unwrap().forget();
                numbers.lock().unwrap().push(event.number);
            }
        });
    (subscription, gate, numbers)
}

#[tokio::test]
async fn every_subscription_gets_every_event_in_order() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut streams: Vec<_> = (0..5).map(|_| bus.subscribe::<OrderPlaced>().into_stream()).collect();
    for number in 0..200 {
        bus.publish(placed(number, number)).await.unwrap();
    }
    for stream in &mut streams {
        for number in 0..200 {
            assert_eq!(stream.next().await.unwrap().number, number);
        }
    }
}

#[tokio::test]
async fn a_slow_subscription_that_drops_delays_nobody() {
    for (on_full, expected) in [
        (OnFull::DropOldest, vec![0, 98, 99]),
        (OnFull::DropNewest, vec![0, 1, 2]),
        (OnFull::Reject, vec![0, 1, 2]),
    ] {
        let system = ActorSystem::new();
        let bus = system.bus();
        let (slow, gate, numbers) = gated(&bus, 2, on_full);
        let mut fast = bus.subscribe::<OrderPlaced>().into_stream();
        bus.publish(placed(0, 0)).await.unwrap();
        // The first one is in the handler, so that the buffer holds two of the others.
        settle().await;
        for number in 1..100 {
            bus.publish(placed(number, number)).await.unwrap();
        }
        for number in 0..100 {
            assert_eq!(fast.next().await.unwrap().number, number);
        }
        gate.add_permits(100);
        while slow.handled() < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(*numbers.lock().unwrap(), expected, "{on_full:?}");
        assert_eq!(slow.dropped(), 97);
        assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Dropped), 97);
    }
}

#[tokio::test]
async fn publishers_wait_for_a_subscription_that_lets_them() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let (slow, gate, numbers) = gated(&bus, 2, OnFull::Wait);
    let publisher = tokio::spawn({
        let bus = bus.clone();
        async move {
            for number in 0..20 {
                bus.publish(placed(number, number)).await.unwrap();
            }
        }
    });
    settle().await;
    assert!(!publisher.is_finished());
    gate.add_permits(20);
    publisher.await.unwrap();
    while slow.handled() < 20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(*numbers.lock().unwrap(), (0..20).collect::<Vec<_>>());
    assert_eq!(slow.dropped(), 0);
}

#[tokio::test]
async fn a_late_subscription_can_begin_with_what_is_retained() {
    let system = ActorSystem::new();
    let bus = system.bus();
    bus.retain::<OrderPlaced>(10).unwrap();
    for number in 0..30 {
        bus.publish(placed(number, number)).await.unwrap();
    }
    let mut early = bus.subscribe::<OrderPlaced>().start_at(Start::Earliest).capacity(1).into_stream();
    let mut late = bus.subscribe::<OrderPlaced>().start_at(Start::Latest).into_stream();
    // Waits until the early one, whose buffer is over its bound, has room again.
    let publishing = tokio::spawn(async move { bus.publish(placed(30, 30)).await.unwrap() });
    for number in 20..=30 {
        assert_eq!(early.next().await.unwrap().number, number);
    }
    assert_eq!(late.next().await.unwrap().number, 30);
    publishing.await.unwrap();
}

#[tokio::test]
async fn patterns_see_the_topics_they_match() {
    #[derive(Event, Clone)]
    #[event(topic = "orders.paid")]
    struct OrderPaid;
    #[derive(Event, Clone)]
    #[event(topic = "stock.low")]
    struct StockLow;
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut orders = bus.pattern("orders.*").into_stream();
    let mut all = bus.pattern(">").into_stream();
    bus.publish(placed(1, 1)).await.unwrap();
    bus.publish(StockLow).await.unwrap();
    bus.publish(OrderPaid).await.unwrap();
    let mut topics = Vec::new();
    for _ in 0..3 {
        topics.push(all.next().await.unwrap().topic().to_owned());
    }
    assert_eq!(topics, ["orders.placed", "stock.low", "orders.paid"]);
    assert_eq!(orders.next().await.unwrap().downcast_ref(), Some(&placed(1, 1)));
    assert!(orders.next().await.unwrap().downcast_ref::<OrderPaid>().is_some());
    assert!(bus.try_pattern("orders.>.x").is_err());
}

#[tokio::test]
async fn a_shutdown_handles_what_is_buffered() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let (slow, gate, numbers) = gated(&bus, 100, OnFull::Wait);
    for number in 0..50 {
        bus.publish(placed(number, number)).await.unwrap();
    }
    gate.add_permits(50);
    system.shutdown(std::time::Duration::from_secs(5)).await;
    assert_eq!((slow.handled(), numbers.lock().unwrap().len()), (50, 50));
    let event = bus.publish(placed(7, 7)).await.unwrap_err().into_event();
    assert_eq!(event, placed(7, 7));
    assert!(bus.subscribe::<OrderPlaced>().for_each(|_| async {}).ready().await.is_err());
}
