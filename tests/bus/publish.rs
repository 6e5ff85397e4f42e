//! Publishing: to all, to nobody, to the right types.

use actors::PublishError;
use actors::prelude::*;

use crate::support::{Drawn, Gate, Journal, Placed, draw, seconds};

#[tokio::test]
async fn every_subscription_gets_every_event_published_after_it() {
    let bus = ActorSystem::new().bus();
    let mut early = bus.subscribe::<Drawn>().into_stream();
    draw(&bus, [1]).await;
    let mut late = bus.subscribe::<Drawn>().into_stream();
    draw(&bus, [2]).await;
    assert_eq!((early.next().await, early.next().await), (Some(Drawn(1)), Some(Drawn(2))));
    assert_eq!(late.next().await, Some(Drawn(2)));
    assert_eq!(late.try_next(), None);
}

#[tokio::test]
async fn publishing_to_nobody_is_fine() {
    let bus = ActorSystem::new().bus();
    draw(&bus, 0..10_000).await;
    bus.try_publish(Drawn(1)).unwrap();
}

#[tokio::test]
async fn all_handles_of_a_system_are_the_same_bus_and_systems_are_apart() {
    let (here, there) = (ActorSystem::new(), ActorSystem::new());
    let mut stream = here.bus().subscribe::<Drawn>().into_stream();
    draw(&there.bus(), [1]).await;
    draw(&here.bus(), [2]).await;
    assert_eq!(stream.next().await, Some(Drawn(2)));
}

#[derive(Event, Clone, Debug)]
#[event(topic = "numbers.drawn")]
struct Impostor;

#[tokio::test]
async fn a_topic_carries_one_type_and_the_error_names_both() {
    let bus = ActorSystem::new().bus();
    let mut stream = bus.subscribe::<Drawn>().into_stream();
    let error = bus.publish(Impostor).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("Drawn") && text.contains("Impostor") && text.contains("numbers.drawn"), "{text}");
    assert!(matches!(error, PublishError::OtherType { .. }));
    let Impostor = error.into_event();
    assert!(bus.try_publish(Impostor).is_err());
    draw(&bus, [1]).await;
    assert_eq!(stream.next().await, Some(Drawn(1)));
}

#[tokio::test]
async fn subscribing_with_another_type_panics_and_the_panic_says_what_can_be_done() {
    let bus = ActorSystem::new().bus();
    draw(&bus, [1]).await;
    let subscribing = std::panic::AssertUnwindSafe(|| drop(bus.subscribe::<Impostor>()));
    let panic = std::panic::catch_unwind(subscribing).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    for part in ["numbers.drawn", "Drawn", "Impostor", "needs another topic", "bus.pattern("] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let mut all = bus.pattern("numbers.*").into_stream();
    draw(&bus, [2]).await;
    assert!(all.next().await.is_some_and(|event| event.is::<Drawn>()));
}

#[tokio::test]
async fn concurrent_publishers_lose_nothing_and_each_keeps_its_order() {
    let bus = ActorSystem::new().bus();
    let journal = Journal::<Placed>::default();
    let noted = journal.clone();
    bus.subscribe::<Placed>().capacity(4).for_each(move |placed| {
        noted.note(placed);
        async {}
    });
    let publishers = ["a", "b", "c", "d"].map(|order| {
        let bus = bus.clone();
        tokio::spawn(async move {
            for number in 0..100 {
                bus.publish(Placed { order, number }).await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    });
    for publisher in publishers {
        publisher.await.unwrap();
    }
    let entries = journal.filled(400).await;
    for order in ["a", "b", "c", "d"] {
        let of_one = entries.iter().filter(|placed| placed.order == order).map(|placed| placed.number);
        assert!(of_one.eq(0..100), "{order}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_gives_up_waiting_leaves_no_trace_where_it_waited() {
    let bus = ActorSystem::new().bus();
    let (gate, journal) = (Gate::closed(), Journal::default());
    let (held, noted) = (gate.clone(), journal.clone());
    bus.subscribe::<Drawn>().capacity(1).for_each(move |Drawn(number)| {
        let (held, noted) = (held.clone(), noted.clone());
        async move {
            held.pass(number).await;
            noted.note(number);
        }
    });
    draw(&bus, [1]).await;
    gate.arrivals.filled(1).await;
    draw(&bus, [2]).await;
    assert!(tokio::time::timeout(seconds(1), bus.publish(Drawn(3))).await.is_err());
    gate.open();
    draw(&bus, [4]).await;
    assert_eq!(journal.filled(3).await, [1, 2, 4]);
}
