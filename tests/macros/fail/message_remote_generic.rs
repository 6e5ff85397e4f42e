// A wire name for many types.

use actors::prelude::*;

#[derive(Message)]
#[message(remote = "wrap/1")]
struct Wrap<T>(T);

fn main() {}
