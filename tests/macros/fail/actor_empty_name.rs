// A name without characters.

use actors::prelude::*;

#[derive(Actor)]
#[actor(name = "")]
struct Desk;

fn main() {}
