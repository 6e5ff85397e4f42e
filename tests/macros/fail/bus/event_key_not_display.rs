// A key that cannot be printed.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "door", key = by)]
struct Opened {
    by: Vec<u8>,
}

fn main() {}
