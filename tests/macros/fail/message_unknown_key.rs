// An option that does not exist.

use actors::prelude::*;

#[derive(Message)]
#[message(replies = u64)]
struct Add;

fn main() {}
