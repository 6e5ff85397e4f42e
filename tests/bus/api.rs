//! The event bus as its documentation shows it: this program has to compile as it stands.

use std::time::Duration;

use actors::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Money(u64);
type Price = Money;

#[derive(Event, Clone, Serialize, Deserialize)]
#[event(topic = "orders.placed", key = order_id)]
struct OrderPlaced {
    order_id: u64,
    total: Money,
}

#[derive(Message)]
#[message(reply = Price)]
struct GetPrice {
    sku: u32,
}

#[derive(Actor, Default)]
struct Dashboard {
    total: u64,
}

#[handlers]
impl Dashboard {
    #[handler]
    fn total(&mut self) -> u64 {
        self.total
    }
}

impl Handler<OrderPlaced> for Dashboard {
    async fn handle(&mut self, event: OrderPlaced, _: &mut Context<Self>) {
        self.total += event.total.0;
    }
}

#[derive(Actor)]
struct Pricing;

impl Handler<GetPrice> for Pricing {
    async fn handle(&mut self, get: GetPrice, _: &mut Context<Self>) -> Price {
        Money(u64::from(get.sku))
    }
}

async fn invoice(event: OrderPlaced) -> Result<(), std::io::Error> {
    if event.order_id == 0 { Err(std::io::Error::other("no such order")) } else { Ok(()) }
}

#[tokio::test(start_paused = true)]
async fn the_program_of_the_documentation() -> actors::Result<()> {
    let system = ActorSystem::new();
    let dashboard = system.spawn(Dashboard::default());
    let pricing = system.spawn(Pricing);
    let d = Duration::from_secs(1);

    let bus = system.bus();
    bus.publish(OrderPlaced { order_id: 1, total: Money(20) }).await?;
    let billing = bus
        .subscribe::<OrderPlaced>()
        .group("billing")
        .concurrency(8)
        .retry(Retry::exponential(Duration::from_millis(100)).max(5))
        .for_each(|event| async move { invoice(event).await });
    bus.subscribe::<OrderPlaced>().on_full(OnFull::DropOldest).to(&dashboard);
    let rx = bus.subscribe::<OrderPlaced>().start_at(Start::Earliest).into_channel(1024);
    let mut all = bus.pattern("orders.>").into_stream();
    bus.answer::<GetPrice>(&pricing);
    let price: Price = bus.request(GetPrice { sku: 7 }).timeout(d).await?;
    assert_eq!(price, Money(7));

    billing.ready().await?;
    // The closure may also return nothing.
    bus.subscribe::<OrderPlaced>()
        .for_each(|event| async move { drop(invoice(event).await) })
        .ready()
        .await?;
    bus.publish(OrderPlaced { order_id: 2, total: Money(22) }).await?;
    let event = all.next().await.ok_or(ActorError::msg("the bus is open"))?;
    assert_eq!(event.downcast_ref::<OrderPlaced>().map(|event| event.order_id), Some(2));
    while dashboard.total().await? != 22 {}
    system.shutdown(d).await;
    assert_eq!(rx.iter().map(|event| event.order_id).collect::<Vec<_>>(), [1, 2]);
    billing.cancel();
    Ok(())
}
