//! Starting with events from before.

use actors::prelude::*;

use crate::support::{Drawn, draw};

#[tokio::test]
async fn the_earliest_start_replays_what_is_retained_and_goes_on() {
    let bus = ActorSystem::new().bus();
    draw(&bus, [1, 2]).await;
    let mut stream = bus.subscribe::<Drawn>().start_at(Start::Earliest).into_stream();
    draw(&bus, [3]).await;
    for number in 1..=3 {
        assert_eq!(stream.next().await, Some(Drawn(number)));
    }
    assert_eq!(stream.try_next(), None);
}

#[tokio::test]
async fn retention_is_bounded_and_can_be_chosen() {
    let bus = ActorSystem::new().bus();
    draw(&bus, 0..3000).await;
    assert_eq!(bus.topic::<Drawn>().retained(), 1024);
    bus.topic::<Drawn>().retain(2);
    draw(&bus, [3000]).await;
    let mut stream = bus.subscribe::<Drawn>().start_at(Start::Earliest).into_stream();
    assert_eq!((stream.next().await, stream.next().await), (Some(Drawn(2999)), Some(Drawn(3000))));
    bus.topic::<Drawn>().retain(0);
    draw(&bus, [3001]).await;
    assert_eq!(bus.topic::<Drawn>().retained(), 0);
}

#[tokio::test]
async fn what_is_replayed_comes_on_top_of_the_capacity() {
    let bus = ActorSystem::new().bus();
    draw(&bus, 0..10).await;
    let earliest = bus.subscribe::<Drawn>().start_at(Start::Earliest);
    let mut stream = earliest.capacity(1).into_stream();
    bus.try_publish(Drawn(10)).unwrap();
    assert!(bus.try_publish(Drawn(11)).is_err());
    for number in 0..=10 {
        assert_eq!(stream.next().await, Some(Drawn(number)));
    }
    bus.try_publish(Drawn(12)).unwrap();
    assert!(bus.try_publish(Drawn(13)).is_err());
}

#[tokio::test]
async fn a_pattern_replays_all_its_topics() {
    let bus = ActorSystem::new().bus();
    draw(&bus, [1, 2]).await;
    let mut stream = bus.pattern("numbers.*").start_at(Start::Earliest).into_stream();
    for number in 1..=2 {
        assert_eq!(stream.next().await.unwrap().downcast::<Drawn>(), Some(Drawn(number)));
    }
}
