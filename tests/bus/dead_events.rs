//! Events that fail.

use std::io;

use actors::DeadCause;
use actors::prelude::*;

use crate::support::{Drawn, Journal, Placed, draw, seconds};

#[tokio::test(start_paused = true)]
async fn an_event_that_fails_its_retries_is_published_as_dead_with_the_cause() {
    let bus = ActorSystem::new().bus();
    let mut dead = bus.dead_events().into_stream();
    let mut by_topic = bus.pattern("dlq.orders.placed.billing").into_stream();
    let tries = Journal::default();
    let noted = tries.clone();
    let subscription =
        bus.subscribe::<Placed>().group("billing").retry(Retry::exponential(seconds(1)).max(3)).for_each(
            move |_| {
                noted.note(tokio::time::Instant::now());
                async { Err::<(), _>(io::Error::other("no ink")) }
            },
        );
    bus.publish(Placed { order: "a", number: 7 }).await.unwrap();
    let event = dead.next().await.unwrap();
    assert_eq!((event.topic(), event.group(), event.attempts()), ("orders.placed", Some("billing"), 4));
    assert!(matches!(event.cause(), DeadCause::Failed(error) if error.downcast_ref::<io::Error>().is_some()));
    assert_eq!(event.cause().to_string(), "failed: no ink");
    assert_eq!(event.downcast_ref::<Placed>(), Some(&Placed { order: "a", number: 7 }));
    let same = by_topic.next().await.unwrap();
    assert_eq!((same.topic(), same.key()), ("dlq.orders.placed.billing", Some("a")));
    assert!(same.is::<DeadEvent>());
    assert_eq!((subscription.failed(), bus.dead_event_count()), (1, 1));
    let tries = tries.entries();
    let pauses: Vec<_> = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(pauses, [1, 2, 4]);
}

#[tokio::test]
async fn without_retries_and_group_it_is_dead_at_once() {
    let bus = ActorSystem::new().bus();
    let mut dead = bus.pattern("dlq.numbers.drawn").into_stream();
    bus.subscribe::<Drawn>().for_each(|Drawn(number)| async move {
        assert_ne!(number, 666_666, "the number of the beast");
    });
    draw(&bus, [666_666]).await;
    let event = dead.next().await.unwrap().downcast::<DeadEvent>().unwrap();
    assert_eq!((event.group(), event.attempts()), (None, 1));
    assert!(matches!(event.cause(), DeadCause::Panicked(text) if text.contains("the number of the beast")));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_succeeds_at_last_is_not_dead() {
    let bus = ActorSystem::new().bus();
    let (tries, journal) = (Journal::default(), Journal::default());
    let noted = journal.clone();
    bus.subscribe::<Drawn>().retry(Retry::fixed(seconds(10)).jitter(0.5)).for_each(move |Drawn(number)| {
        let (tries, journal) = (tries.clone(), noted.clone());
        async move {
            tries.note(number);
            if tries.entries().len() < 3 {
                return Err(ActorError::msg("not yet"));
            }
            journal.note(number);
            Ok(())
        }
    });
    draw(&bus, [1]).await;
    assert_eq!(journal.filled(1).await, [1]);
    assert_eq!(bus.dead_event_count(), 0);
}

#[tokio::test]
async fn a_subscriber_of_dead_events_that_fails_does_not_feed_itself() {
    let bus = ActorSystem::new().bus();
    let journal = Journal::default();
    let noted = journal.clone();
    let everything = bus.pattern(">").for_each(move |event| {
        noted.note(event.topic().to_owned());
        async { Err::<(), _>(ActorError::msg("no")) }
    });
    draw(&bus, [1]).await;
    assert_eq!(journal.filled(2).await, ["numbers.drawn", "dlq.numbers.drawn"]);
    everything.cancel();
    everything.wait().await;
    assert_eq!(bus.dead_event_count(), 2);
    assert_eq!(journal.entries().len(), 2);
}

#[tokio::test]
async fn dead_events_are_retained_for_those_who_look_later() {
    let bus = ActorSystem::new().bus();
    let failing =
        bus.subscribe::<Drawn>().group("g").for_each(|_| async { Err::<(), _>(ActorError::msg("no")) });
    draw(&bus, 0..3).await;
    failing.ready().await.unwrap();
    while bus.dead_event_count() < 3 {
        tokio::task::yield_now().await;
    }
    let mut dead = bus.dead_events().start_at(Start::Earliest).into_stream();
    for number in 0..3 {
        assert_eq!(dead.next().await.unwrap().downcast::<Drawn>(), Some(Drawn(number)));
    }
}

#[tokio::test]
async fn an_actor_can_take_dead_events() {
    #[derive(Actor)]
    struct Undertaker(Journal);
    impl Handler<DeadEvent> for Undertaker {
        async fn handle(&mut self, dead: DeadEvent, _: &mut Context<Self>) {
            self.0.note(dead.downcast::<Drawn>().unwrap().0);
        }
    }
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    bus.dead_events().to(&system.spawn(Undertaker(journal.clone())));
    bus.subscribe::<Drawn>().for_each(|_| async { Err::<(), _>(ActorError::msg("no")) });
    draw(&bus, [1]).await;
    assert_eq!(journal.filled(1).await, [1]);
}
