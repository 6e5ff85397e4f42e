// A reply that is not a `Result`.

use actors::prelude::*;

#[derive(Message)]
#[message(reply = u64, fallible)]
struct Add;

fn main() {}
