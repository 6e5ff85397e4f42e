// A topic for many.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "orders.*")]
struct Placed;

fn main() {}
