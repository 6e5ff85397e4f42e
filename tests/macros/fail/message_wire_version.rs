// A version that is no number.

use actors::prelude::*;

#[derive(Message)]
#[message(remote = "counter.add/v1")]
struct Add;

fn main() {}
