// A key behind the last field.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "orders.placed", key = 1)]
struct Placed(u64);

fn main() {}
