//! Subscriptions of threads without a runtime.

use actors::prelude::*;

use crate::support::{Drawn, draw, seconds};

#[tokio::test]
async fn a_thread_gets_every_event_in_order_through_a_small_channel() {
    let bus = ActorSystem::new().bus();
    let channel = bus.subscribe::<Drawn>().into_channel(2);
    let reader = std::thread::spawn(move || (0..1000).map(|_| channel.recv().unwrap().0).collect::<Vec<_>>());
    draw(&bus, 0..1000).await;
    let all = tokio::task::spawn_blocking(|| reader.join().unwrap()).await.unwrap();
    assert!(all.into_iter().eq(0..1000));
}

#[tokio::test]
async fn a_full_channel_makes_publishers_wait_and_nothing_else() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let channel = bus.subscribe::<Drawn>().capacity(1).into_channel(1);
    // One in the channel, one on its way, one in the subscription: then it is full.
    let publisher = {
        let bus = bus.clone();
        tokio::spawn(async move { draw(&bus, 0..10).await })
    };
    while channel.is_empty() {
        tokio::task::yield_now().await;
    }
    // The one thread of this runtime is free meanwhile.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert!(!publisher.is_finished());
    let reader = std::thread::spawn(move || channel.iter().take(10).map(|event| event.0).collect::<Vec<_>>());
    publisher.await.unwrap();
    let all = tokio::task::spawn_blocking(|| reader.join().unwrap()).await.unwrap();
    assert!(all.into_iter().eq(0..10));
}

#[tokio::test]
async fn dropping_the_receiver_ends_the_subscription() {
    let bus = ActorSystem::new().bus();
    drop(bus.subscribe::<Drawn>().capacity(1).into_channel(1));
    draw(&bus, 0..100).await;
}

#[tokio::test]
async fn a_full_channel_keeps_the_newest_where_the_oldest_are_dropped() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let channel = bus.subscribe::<Drawn>().on_full(OnFull::DropOldest).into_channel(2);
    draw(&bus, 0..100).await;
    let read = std::thread::spawn(move || {
        let mut all = Vec::new();
        while all.last() != Some(&99) {
            all.push(channel.recv().unwrap().0);
        }
        all
    });
    let all = tokio::task::spawn_blocking(|| read.join().unwrap()).await.unwrap();
    let dropped = system.dead_letter_counts().of(actors::DeadLetterReason::Dropped) as usize;
    assert!(dropped > 0 && all.is_sorted());
    assert_eq!(all.len() + dropped, 100);
}

#[tokio::test]
async fn the_channel_ends_with_the_system() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let channel = bus.subscribe::<Drawn>().into_channel(8);
    draw(&bus, [1, 2]).await;
    system.shutdown(seconds(5)).await;
    assert!(channel.iter().map(|event| event.0).eq([1, 2]));
}
