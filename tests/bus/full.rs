//! What happens when a subscription has no room.

use actors::prelude::*;
use actors::{DeadLetterReason, PublishError};

use crate::support::{Drawn, draw, seconds};

#[tokio::test]
async fn dropping_the_oldest_keeps_the_newest_and_counts() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut letters = system.dead_letters().subscribe();
    let mut stream = bus.subscribe::<Drawn>().capacity(2).on_full(OnFull::DropOldest).into_stream();
    draw(&bus, 0..5).await;
    assert_eq!((stream.next().await, stream.next().await), (Some(Drawn(3)), Some(Drawn(4))));
    assert_eq!(stream.dropped(), 3);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Dropped), 3);
    let letter = letters.recv().await.unwrap();
    assert_eq!(letter.take::<Drawn>(), Some(Drawn(0)));
    assert_eq!(letter.to().as_str(), "/bus/numbers.drawn");
}

#[tokio::test]
async fn dropping_the_newest_keeps_the_oldest_and_counts() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut stream = bus.subscribe::<Drawn>().capacity(2).on_full(OnFull::DropNewest).into_stream();
    draw(&bus, 0..5).await;
    assert_eq!((stream.next().await, stream.next().await), (Some(Drawn(0)), Some(Drawn(1))));
    assert_eq!(stream.dropped(), 3);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Dropped), 3);
}

#[tokio::test]
async fn rejecting_gives_the_event_back_and_all_others_have_it() {
    let bus = ActorSystem::new().bus();
    let mut small = bus.subscribe::<Drawn>().capacity(1).on_full(OnFull::Reject).into_stream();
    let mut large = bus.subscribe::<Drawn>().into_stream();
    draw(&bus, [1]).await;
    let error = bus.publish(Drawn(2)).await.unwrap_err();
    assert!(matches!(error, PublishError::Rejected { rejections: 1, .. }) && error.is_full());
    assert_eq!(error.into_event(), Drawn(2));
    assert_eq!((large.next().await, large.next().await), (Some(Drawn(1)), Some(Drawn(2))));
    assert_eq!((small.next().await, small.try_next()), (Some(Drawn(1)), None));
    assert_eq!(small.dropped(), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_is_the_default_and_holds_up_the_publisher_only() {
    let bus = ActorSystem::new().bus();
    let mut slow = bus.subscribe::<Drawn>().capacity(1).into_stream();
    let mut fast = bus.subscribe::<Drawn>().into_stream();
    let publisher = {
        let bus = bus.clone();
        tokio::spawn(async move { draw(&bus, [1, 2]).await })
    };
    assert_eq!((fast.next().await, fast.next().await), (Some(Drawn(1)), Some(Drawn(2))));
    tokio::time::sleep(seconds(1)).await;
    assert!(!publisher.is_finished());
    assert_eq!(slow.next().await, Some(Drawn(1)));
    publisher.await.unwrap();
    assert_eq!(slow.next().await, Some(Drawn(2)));
    assert_eq!(slow.dropped(), 0);
}

#[tokio::test]
async fn trying_never_waits_and_reaches_all_or_nobody() {
    let bus = ActorSystem::new().bus();
    let mut large = bus.subscribe::<Drawn>().into_stream();
    let mut small = bus.subscribe::<Drawn>().capacity(1).into_stream();
    bus.try_publish(Drawn(1)).unwrap();
    let error = bus.try_publish(Drawn(2)).unwrap_err();
    assert!(matches!(error, PublishError::Full(_)));
    assert_eq!(error.into_event(), Drawn(2));
    assert_eq!((large.next().await, large.try_next()), (Some(Drawn(1)), None));
    assert_eq!(small.next().await, Some(Drawn(1)));
    bus.try_publish(Drawn(3)).unwrap();
    assert_eq!((large.try_next(), small.try_next()), (Some(Drawn(3)), Some(Drawn(3))));
}
