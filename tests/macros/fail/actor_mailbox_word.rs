// A mailbox of a size that is no number.

use actors::prelude::*;

#[derive(Actor)]
#[actor(mailbox = huge)]
struct Desk;

fn main() {}
