// A thread of an unknown kind.

use actors::prelude::*;

#[derive(Actor)]
#[actor(thread = "own")]
struct Desk;

fn main() {}
