// An event without a topic.

use actors::prelude::*;

#[derive(Event, Clone)]
struct Placed;

fn main() {}
