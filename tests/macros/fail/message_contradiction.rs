// Two flags that exclude each other.

use actors::prelude::*;

#[derive(Message)]
#[message(reply = Outcome, fallible, plain)]
struct Add;

fn main() {}
