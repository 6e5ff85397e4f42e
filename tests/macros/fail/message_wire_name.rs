// A wire name without a version.

use actors::prelude::*;

#[derive(Message)]
#[message(remote = "counter.add")]
struct Add;

fn main() {}
