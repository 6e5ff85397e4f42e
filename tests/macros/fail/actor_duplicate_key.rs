// One option twice, in two attributes.

use actors::prelude::*;

#[derive(Actor)]
#[actor(name = "a")]
#[actor(name = "b")]
struct Desk;

fn main() {}
