// A topic with an empty word.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "orders..placed")]
struct Placed;

fn main() {}
