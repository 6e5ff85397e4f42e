//! The event bus: a group that shares the work, retries, events that nobody can handle, and an actor that hears everything.
//! Run it with `cargo run --example 06_bus`.

use std::time::Duration;

use actors::prelude::*;

// ANCHOR: event
/// Events of the same customer stay in order; they are handled one after another.
#[derive(Event, Clone)]
#[event(topic = "orders.placed", key = customer)]
struct OrderPlaced {
    order: u64,
    customer: &'static str,
}
// ANCHOR_END: event

// ANCHOR: billing
/// Works at the first try, or at the second one, or never.
async fn bill(event: OrderPlaced, ledger: ActorRef<Ledger>) -> actors::Result<()> {
    let tries = ledger.note_try(event.order).await?;
    match event.customer {
        "nobody" => Err(ActorError::msg("no such customer")),
        "slow" if tries == 1 => Err(ActorError::msg("the bank is busy")),
        _ => Ok(ledger.note_billed(event.order).await?),
    }
}
// ANCHOR_END: billing

#[derive(Actor, Default)]
struct Ledger {
    tried: Vec<u64>,
    billed: Vec<u64>,
    heard: usize,
}

#[handlers]
impl Ledger {
    #[handler]
    fn note_try(&mut self, order: u64) -> usize {
        self.tried.push(order);
        self.tried.iter().filter(|tried| **tried == order).count()
    }

    #[handler]
    fn note_billed(&mut self, order: u64) {
        self.billed.push(order);
    }

    /// The orders that were billed, how often one was tried, and how many events were heard.
    #[handler]
    fn sum(&self) -> (Vec<u64>, usize, usize) {
        let mut billed = self.billed.clone();
        billed.sort_unstable();
        (billed, self.tried.len(), self.heard)
    }
}

// ANCHOR: actor
impl Handler<OrderPlaced> for Ledger {
    async fn handle(&mut self, _: OrderPlaced, _: &mut Context<Self>) {
        self.heard += 1;
    }
}
// ANCHOR_END: actor

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let (bus, ledger) = (system.bus(), system.spawn(Ledger::default()));

    // ANCHOR: subscribe
    // Two members share the group's events: each event goes to one of them.
    for _ in 0..2 {
        let ledger = ledger.clone();
        bus.subscribe::<OrderPlaced>()
            .group("billing")
            .retry(Retry::fixed(Duration::from_millis(10)).max(2))
            .for_each(move |event| bill(event, ledger.clone()));
    }
    // A subscription without a group gets every event.
    bus.subscribe::<OrderPlaced>().to(&ledger);
    let mut dead = bus.dead_events().into_stream();
    // ANCHOR_END: subscribe

    for (order, customer) in [(1, "ada"), (2, "slow"), (3, "nobody"), (4, "ada")] {
        bus.publish(OrderPlaced { order, customer }).await?;
    }
    if let Some(event) = dead.next().await {
        let order = event.downcast_ref::<OrderPlaced>().map_or(0, |event| event.order);
        println!("order {order} is dead after {} tries: {}", event.attempts(), event.cause());
    }

    // The shutdown lets events that wait be handled; here the sum shows when they are.
    while ledger.sum().await? != (vec![1, 2, 4], 7, 4) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("billed 1, 2 and 4; tried 7 times; the ledger heard all 4");
    Ok(())
}
