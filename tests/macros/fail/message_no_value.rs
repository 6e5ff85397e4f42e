// A key without its value.

use actors::prelude::*;

#[derive(Message)]
#[message(reply = , plain)]
struct Add;

fn main() {}
