// An option that does not exist.

use actors::prelude::*;

#[derive(Actor)]
#[actor(mailbx = 3)]
struct Desk;

fn main() {}
