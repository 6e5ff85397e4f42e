// A flag with a value.

use actors::prelude::*;

#[derive(Message)]
#[message(fallible = true)]
struct Add;

fn main() {}
