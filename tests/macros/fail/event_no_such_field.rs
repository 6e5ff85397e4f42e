// A key that is no field.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "orders.placed", key = order)]
struct Placed {
    order_id: u64,
    total: u64,
}

fn main() {}
