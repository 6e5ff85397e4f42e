// The attribute on something else.

use actors::prelude::*;

#[handlers]
#[derive(Actor)]
struct Desk;

fn main() {}
