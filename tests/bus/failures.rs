//! Retries, panics and the dead letter topic.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::DeadEvent;
use actors::prelude::*;
use tokio::time::Instant;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_failed_event_is_tried_again_after_growing_delays_and_then_dies_with_its_cause() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut dead = bus.pattern("dlq.>").into_stream();
    let (begin, tries) = (Instant::now(), Arc::<Mutex<Vec<u64>>>::default());
    let tries_inside = tries.clone();
    let subscription = bus
        .subscribe::<OrderPlaced>()
        .group("billing")
        .retry(Retry::exponential(Duration::from_secs(1)).jitter(0.0).max(3))
        .for_each(move |_| {
            tries_inside.lock().unwrap().push(begin.elapsed().as_secs());
            async { Err::<(), _>("the bank is closed") }
        });
    bus.publish(placed(1, 5)).await.unwrap();
    let event = dead.next().await.unwrap();
    assert_eq!(*tries.lock().unwrap(), [0, 1, 3, 7]);
    assert_eq!((event.topic(), event.key()), ("dlq.orders.placed.billing", Some("1")));
    let letter: &DeadEvent<OrderPlaced> = event.downcast_ref().unwrap();
    assert_eq!(letter.event, placed(1, 5));
    assert_eq!((letter.cause.as_str(), letter.attempts), ("the bank is closed", 4));
    assert_eq!(letter.group.as_deref(), Some("billing"));
    assert_eq!((subscription.dead(), subscription.handled()), (1, 0));
}

#[tokio::test]
async fn a_panic_is_contained_and_the_next_event_is_handled() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut dead = bus.pattern("dlq.orders.placed").into_stream();
    let subscription = bus.subscribe::<OrderPlaced>().for_each(|event| async move {
        assert_ne!(event.number, 1, "poison");
    });
    for number in 0..3 {
        bus.publish(placed(0, number)).await.unwrap();
    }
    let event = dead.next().await.unwrap();
    let letter: &DeadEvent<OrderPlaced> = event.downcast_ref().unwrap();
    assert!(letter.cause.starts_with("panicked: ") && letter.cause.contains("poison"), "{}", letter.cause);
    while subscription.handled() < 2 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_actor_that_fails_and_restarts_gets_the_event_again() {
    #[derive(Actor)]
    struct Shaky(Arc<Mutex<Vec<u64>>>);
    impl Handler<OrderPlaced> for Shaky {
        async fn handle(&mut self, event: OrderPlaced, _: &mut Context<Self>) {
            let mut seen = self.0.lock().unwrap();
            seen.push(event.number);
            if seen.len() == 1 {
                drop(seen);
                panic!("the first time");
            }
        }
    }
    let system = ActorSystem::new();
    let bus = system.bus();
    let seen = Arc::<Mutex<Vec<u64>>>::default();
    let state = seen.clone();
    let shaky = system
        .actor(move || Shaky(state.clone()))
        .restart(Restart::permanent().max(5, Duration::from_secs(5)))
        .spawn();
    let retry = Retry::fixed(Duration::from_millis(1));
    let subscription = bus.subscribe::<OrderPlaced>().retry(retry).to(&shaky);
    bus.publish(placed(1, 7)).await.unwrap();
    while subscription.handled() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(*seen.lock().unwrap(), [7, 7]);
}
