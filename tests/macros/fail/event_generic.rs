// One topic for many types.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "orders")]
struct Placed<T>(T);

fn main() {}
