// A policy that does not exist.

use actors::prelude::*;

#[derive(Actor)]
#[actor(mailbox = 3, on_full = block)]
struct Desk;

fn main() {}
