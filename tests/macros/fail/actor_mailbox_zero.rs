// A mailbox for nothing.

use actors::prelude::*;

#[derive(Actor)]
#[actor(mailbox = 0)]
struct Desk;

fn main() {}
