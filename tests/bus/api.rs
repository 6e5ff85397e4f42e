//! The public surface as its documentation shows it.

use std::time::Duration;

use actors::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Debug, PartialEq)]
struct Money(u64);

#[derive(Event, Clone, Serialize, Deserialize)]
#[event(topic = "orders.placed", key = order_id)]
struct OrderPlaced {
    order_id: u64,
    total: Money,
}

#[derive(Message)]
#[message(reply = Money)]
struct GetPrice {
    sku: u64,
}

#[derive(Actor, Default)]
struct Dashboard {
    seen: u64,
}

impl Handler<OrderPlaced> for Dashboard {
    async fn handle(&mut self, event: OrderPlaced, _: &mut Context<Self>) {
        self.seen += event.total.0;
    }
}

#[handlers]
impl Dashboard {
    #[handler]
    fn seen(&self) -> u64 {
        self.seen
    }
}

#[derive(Actor)]
struct Pricing;

impl Handler<GetPrice> for Pricing {
    async fn handle(&mut self, get: GetPrice, _: &mut Context<Self>) -> Money {
        Money(get.sku * 2)
    }
}

async fn invoice(_: OrderPlaced) {}

#[tokio::test]
async fn everything_the_documentation_shows() -> actors::Result<()> {
    let system = ActorSystem::new();
    let (dashboard, pricing) = (system.spawn(Dashboard::default()), system.spawn(Pricing));
    let bus = system.bus();
    let billing = bus
        .subscribe::<OrderPlaced>()
        .group("billing")
        .concurrency(8)
        .retry(Retry::exponential(Duration::from_millis(100)).max(5))
        .for_each(|event| async move { invoice(event).await });
    billing.ready().await?;
    let shown = bus.subscribe::<OrderPlaced>().on_full(OnFull::DropOldest).to(&dashboard);
    let mut all = bus.pattern("orders.>").into_stream();
    bus.publish(OrderPlaced { order_id: 1, total: Money(5) }).await?;
    let rx = bus.subscribe::<OrderPlaced>().start_at(Start::Earliest).into_channel(1024);
    let received = tokio::task::spawn_blocking(move || rx.recv()).await??;
    assert_eq!(received.total, Money(5));
    let any = all.next().await.expect("an event");
    assert_eq!((any.topic(), any.key()), ("orders.placed", Some("1")));
    assert_eq!(any.downcast_ref::<OrderPlaced>().expect("its type").order_id, 1);
    bus.answer::<GetPrice>(&pricing);
    let price: Money = bus.request(GetPrice { sku: 21 }).timeout(Duration::from_secs(1)).await?;
    assert_eq!(price, Money(42));
    while shown.handled() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(dashboard.seen().await?, 5);
    assert!(system.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!(billing.handled(), 1);
    assert!(bus.publish(OrderPlaced { order_id: 2, total: Money(1) }).await.is_err());
    Ok(())
}
