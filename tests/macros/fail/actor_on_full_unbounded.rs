// A policy for what never happens.

use actors::prelude::*;

#[derive(Actor)]
#[actor(mailbox = unbounded, on_full = reject)]
struct Desk;

fn main() {}
