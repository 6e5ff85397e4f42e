//! Groups share a topic; keys keep their order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use actors::prelude::*;

use super::*;

#[tokio::test]
async fn each_event_goes_to_one_member() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let counts: Vec<Arc<AtomicU64>> = (0..3).map(|_| Arc::default()).collect();
    let members: Vec<_> = counts
        .iter()
        .map(|count| {
            let count = count.clone();
            bus.subscribe::<OrderPlaced>().group("billing").for_each(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
                async { tokio::task::yield_now().await }
            })
        })
        .collect();
    for number in 0..300 {
        bus.publish(placed(number, number)).await.unwrap();
    }
    while members[0].handled() < 300 {
        tokio::task::yield_now().await;
    }
    let counts: Vec<_> = counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    assert_eq!(counts.iter().sum::<u64>(), 300);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[tokio::test]
async fn events_of_one_key_keep_their_order_with_concurrency_and_retry() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let seen = Arc::<Mutex<HashMap<u64, Vec<u64>>>>::default();
    let tries = Arc::<Mutex<HashMap<(u64, u64), u32>>>::default();
    let (seen_inside, tries_inside) = (seen.clone(), tries.clone());
    let handle = move |event: OrderPlaced| {
        let (seen, tries) = (seen_inside.clone(), tries_inside.clone());
        async move {
            tokio::task::yield_now().await;
            let first = {
                let mut tries = tries.lock().unwrap();
                let count = tries.entry((event.order_id, event.number)).or_default();
                *count += 1;
                *count == 1
            };
            if first && event.number % 3 == 0 {
                return Err("not yet");
            }
            seen.lock().unwrap().entry(event.order_id).or_default().push(event.number);
            Ok(())
        }
    };
    let retry = Retry::fixed(std::time::Duration::from_millis(1)).max(2);
    let first =
        bus.subscribe::<OrderPlaced>().group("g").concurrency(4).retry(retry).for_each(handle.clone());
    let _second = bus.subscribe::<OrderPlaced>().group("g").concurrency(4).for_each(handle);
    for number in 0..50 {
        for order_id in 0..6 {
            bus.publish(placed(order_id, number)).await.unwrap();
        }
    }
    while first.handled() < 300 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    for (order_id, numbers) in seen.lock().unwrap().iter() {
        assert_eq!(*numbers, (0..50).collect::<Vec<_>>(), "order {order_id}");
    }
}

#[tokio::test]
async fn the_death_of_a_member_hands_its_events_over() {
    #[derive(Actor)]
    struct Mortal;
    impl Handler<OrderPlaced> for Mortal {
        async fn handle(&mut self, _: OrderPlaced, _: &mut Context<Self>) {
            panic!("dies with the event unhandled");
        }
    }
    let system = ActorSystem::new();
    let bus = system.bus();
    let mortal = system.spawn(Mortal);
    let member = bus.subscribe::<OrderPlaced>().group("g").to(&mortal);
    let seen = Arc::<Mutex<Vec<u64>>>::default();
    let seen_inside = seen.clone();
    let _other = bus.subscribe::<OrderPlaced>().group("g").for_each(move |event| {
        seen_inside.lock().unwrap().push(event.number);
        async {}
    });
    for number in 0..10 {
        bus.publish(placed(number, number)).await.unwrap();
    }
    while member.handled() < 10 {
        tokio::task::yield_now().await;
    }
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..10).collect::<Vec<_>>());
    assert!(!mortal.is_alive());
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn different_groups_each_get_everything() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let groups: Vec<_> =
        ["a", "b"].map(|group| bus.subscribe::<OrderPlaced>().group(group).for_each(|_| async {})).into();
    for number in 0..10 {
        bus.publish(placed(number, number)).await.unwrap();
    }
    for group in groups {
        while group.handled() < 10 {
            tokio::task::yield_now().await;
        }
    }
}
