//! Closures, actors, streams and channels.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actors::SubscribeError;
use actors::prelude::*;

use super::*;

#[derive(Actor, Default)]
struct Tally {
    numbers: Vec<u64>,
}

impl Handler<OrderPlaced> for Tally {
    async fn handle(&mut self, event: OrderPlaced, _: &mut Context<Self>) {
        self.numbers.push(event.number);
    }
}

#[handlers]
impl Tally {
    #[handler]
    fn numbers(&self) -> Vec<u64> {
        self.numbers.clone()
    }
}

#[tokio::test]
async fn an_actor_gets_the_events_in_order_and_ends_its_subscription_with_itself() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let tally = system.spawn(Tally::default());
    let subscription = bus.subscribe::<OrderPlaced>().to(&tally);
    for number in 0..100 {
        bus.publish(placed(number % 3, number)).await.unwrap();
    }
    while subscription.handled() < 100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(tally.numbers().await.unwrap(), (0..100).collect::<Vec<_>>());
    tally.stop();
    tally.wait().await;
    bus.publish(placed(1, 1)).await.unwrap();
    subscription.wait().await;
    bus.publish(placed(1, 2)).await.unwrap();
    assert_eq!(subscription.handled(), 100);
}

#[tokio::test]
async fn a_stream_ends_its_subscription_when_dropped() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut stream = bus.subscribe::<OrderPlaced>().into_stream();
    for number in 0..10 {
        bus.publish(placed(0, number)).await.unwrap();
    }
    for number in 0..10 {
        assert_eq!(stream.next().await, Some(placed(0, number)));
    }
    let subscription = stream.subscription().clone();
    drop(stream);
    subscription.wait().await;
}

#[tokio::test]
async fn a_thread_receives_without_a_runtime() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let receiver = bus.subscribe::<OrderPlaced>().into_channel(2);
    let thread = std::thread::spawn(move || receiver.iter().take(50).map(|event| event.number).sum::<u64>());
    for number in 0..50 {
        bus.publish(placed(0, number)).await.unwrap();
    }
    let sum = tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
    assert_eq!(sum, (0..50).sum::<u64>());
}

#[tokio::test]
async fn a_subscription_outlives_its_handle_until_it_is_cancelled() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    let subscription = bus.subscribe::<OrderPlaced>().for_each(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        async {}
    });
    let handle = subscription.clone();
    drop(subscription);
    bus.publish(placed(1, 1)).await.unwrap();
    settle().await;
    assert_eq!(count.load(Ordering::Relaxed), 1);
    handle.cancel();
    handle.wait().await;
    bus.publish(placed(1, 2)).await.unwrap();
    settle().await;
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_topic_carries_one_type() {
    #[derive(Event, Clone)]
    #[event(topic = "orders.placed")]
    struct Impostor;
    let system = ActorSystem::new();
    let bus = system.bus();
    let right = bus.subscribe::<OrderPlaced>().for_each(|_| async {});
    right.ready().await.unwrap();
    let wrong = bus.subscribe::<Impostor>().for_each(|_| async {});
    let error = wrong.ready().await.unwrap_err();
    assert!(matches!(error, SubscribeError::WrongType { expected: "Impostor", has: "OrderPlaced", .. }));
    assert!(bus.publish(Impostor).await.unwrap_err().to_string().contains("OrderPlaced"));
}

#[tokio::test]
async fn requests_are_answered_by_the_latest_and_fail_at_once_without_any() {
    #[derive(Message)]
    #[message(reply = u64)]
    struct GetPrice;
    #[derive(Actor)]
    struct Pricing(u64);
    impl Handler<GetPrice> for Pricing {
        async fn handle(&mut self, _: GetPrice, _: &mut Context<Self>) -> u64 {
            self.0
        }
    }
    let system = ActorSystem::new();
    let bus = system.bus();
    assert_eq!(bus.request(GetPrice).await, Err(AskError::Stopped));
    let (first, second) = (system.spawn(Pricing(1)), system.spawn(Pricing(2)));
    bus.answer::<GetPrice>(&first);
    assert_eq!(bus.request(GetPrice).await, Ok(1));
    bus.answer::<GetPrice>(&second);
    assert_eq!(bus.request(GetPrice).await, Ok(2));
    second.stop();
    second.wait().await;
    assert_eq!(bus.request(GetPrice).await, Err(AskError::Stopped));
}
