// A key of an enum.

use actors::prelude::*;

#[derive(Event, Clone)]
#[event(topic = "door", key = by)]
enum Door {
    Opened { by: u64 },
}

fn main() {}
