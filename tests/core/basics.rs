//! One actor, told and asked.

use actors::prelude::*;

struct Counter(u64);
impl Actor for Counter {}

struct Add(u64);
impl Message for Add {
    type Reply = u64;
    type Kind = actors::Plain;
}

impl Handler<Add> for Counter {
    async fn handle(&mut self, add: Add, _: &mut Context<Self>) -> u64 {
        assert_ne!(add.0, 666, "poison");
        self.0 += add.0;
        self.0
    }
}

#[tokio::test]
async fn tells_and_asks_arrive_in_order() {
    let system = ActorSystem::new();
    let counter = system.spawn(Counter(0));
    assert_eq!(counter.ask(Add(40)).await, Ok(40));
    counter.tell(Add(2)).await.unwrap();
    assert_eq!(counter.ask(Add(0)).await, Ok(42));
    counter.stop();
    assert!(matches!(counter.wait().await, ExitReason::Normal));
    assert_eq!(counter.ask(Add(1)).await, Err(AskError::Stopped));
}

#[tokio::test]
async fn a_panic_ends_the_life_and_fails_the_ask_at_once() {
    let system = ActorSystem::new();
    let counter = system.spawn(Counter(0));
    assert_eq!(counter.ask(Add(666)).await, Err(AskError::Stopped));
    assert!(matches!(counter.wait().await, ExitReason::Panicked(message) if message.contains("poison")));
}

#[tokio::test]
async fn a_restart_keeps_the_address_and_the_queue() {
    let system = ActorSystem::new();
    let counter = system
        .actor(|| Counter(100))
        .restart(Restart::transient().max(3, std::time::Duration::from_secs(5)))
        .spawn();
    counter.tell(Add(1)).await.unwrap();
    counter.tell(Add(666)).await.unwrap();
    counter.tell(Add(5)).await.unwrap();
    assert_eq!(counter.ask(Add(0)).await, Ok(105));
    assert_eq!(system.restarts(), 1);
}

#[tokio::test]
async fn shutdown_reports() {
    let system = ActorSystem::new();
    let counter = system.spawn(Counter(0));
    let report = system.shutdown(std::time::Duration::from_secs(5)).await;
    assert_eq!(report.stopped(), 1);
    assert!(report.is_clean());
    assert!(!counter.is_alive());
    assert!(!system.spawn(Counter(0)).is_alive());
}
