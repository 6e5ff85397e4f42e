//! Events with and without a key, in structs, tuples and enums.

use actors::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Clone, Serialize, Deserialize)]
#[event(topic = "orders.placed", key = order_id, remote = "orders.placed/1")]
struct OrderPlaced {
    order_id: u64,
}

#[derive(Event, Clone)]
#[event(topic = "orders.paid-late", key = 1)]
struct Paid(u8, String);

#[derive(Event, Clone)]
#[event(topic = "door")]
enum Door {
    Opened,
    Closed,
}

#[derive(Actor)]
struct Dashboard;

impl Handler<OrderPlaced> for Dashboard {
    async fn handle(&mut self, _: OrderPlaced, _: &mut Context<Self>) {}
}

fn is_event<E: Event>() -> &'static str {
    E::TOPIC
}

fn main() {
    assert_eq!(is_event::<OrderPlaced>(), "orders.placed");
    assert_eq!(OrderPlaced::WIRE_NAME, "orders.placed/1");
    assert_eq!(OrderPlaced { order_id: 7 }.key().as_deref(), Some("7"));
    assert_eq!(Paid(1, "anna".into()).key().as_deref(), Some("anna"));
    assert_eq!((Door::Opened.key(), Door::Closed.key()), (None, None));
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
