// A name with a space.

use actors::prelude::*;

#[derive(Actor)]
#[actor(name = "data base")]
struct Desk;

fn main() {}
