// Options without parentheses.

use actors::prelude::*;

#[derive(Actor)]
#[actor = "db"]
struct Desk;

fn main() {}
