//! Subscriptions to patterns of topics.

use actors::prelude::*;

use crate::support::{Journal, Placed, draw};

#[derive(Event, Clone, Debug)]
#[event(topic = "orders.eu.paid", key = 0)]
struct Paid(u64);

#[tokio::test]
async fn a_pattern_covers_topics_that_are_and_topics_to_come() {
    let bus = ActorSystem::new().bus();
    draw(&bus, [0]).await;
    let mut orders = bus.pattern("orders.>").into_stream();
    let mut direct = bus.pattern("*.*").into_stream();
    draw(&bus, [1]).await;
    bus.publish(Placed { order: "a", number: 2 }).await.unwrap();
    bus.publish(Paid(3)).await.unwrap();
    let placed = orders.next().await.unwrap();
    assert_eq!((placed.topic(), placed.key(), placed.event_type()), ("orders.placed", Some("a"), "Placed"));
    assert_eq!(placed.downcast::<Placed>(), Some(Placed { order: "a", number: 2 }));
    assert!(placed.downcast_ref::<Paid>().is_none());
    let paid = orders.next().await.unwrap();
    assert_eq!((paid.topic(), paid.key()), ("orders.eu.paid", Some("3")));
    assert_eq!(orders.try_next().map(|event| event.topic().to_owned()), None);
    let topics = [direct.next().await.unwrap(), direct.next().await.unwrap()];
    assert_eq!(topics.each_ref().map(AnyEvent::topic), ["numbers.drawn", "orders.placed"]);
}

#[tokio::test]
async fn a_pattern_goes_to_closures_in_groups_too() {
    let bus = ActorSystem::new().bus();
    let journal = Journal::default();
    for _ in 0..2 {
        let noted = journal.clone();
        bus.pattern("orders.*").group("audit").for_each(move |event| {
            noted.note(event.downcast_ref::<Placed>().unwrap().number);
            async {}
        });
    }
    for number in 0..10 {
        bus.publish(Placed { order: "a", number }).await.unwrap();
    }
    assert!(journal.filled(10).await.into_iter().eq(0..10), "each once, and one key in order");
}

#[tokio::test]
async fn an_actor_can_take_all_of_a_pattern() {
    #[derive(Actor)]
    struct Auditor(Journal<String>);
    impl Handler<AnyEvent> for Auditor {
        async fn handle(&mut self, event: AnyEvent, _: &mut Context<Self>) {
            self.0.note(event.topic().to_owned());
        }
    }
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    bus.pattern(">").to(&system.spawn(Auditor(journal.clone())));
    draw(&bus, [1]).await;
    bus.publish(Paid(1)).await.unwrap();
    assert_eq!(journal.filled(2).await, ["numbers.drawn", "orders.eu.paid"]);
}

#[tokio::test]
#[should_panic(
    expected = "`orders.>.placed` is not a pattern over topics: `>` stands for the rest and must come last"
)]
async fn a_malformed_pattern_panics() {
    let _ = ActorSystem::new().bus().pattern("orders.>.placed");
}
