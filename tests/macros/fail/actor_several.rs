// Every mistake of an attribute is reported.

use actors::prelude::*;

#[derive(Actor)]
#[actor(mailbx = 3, on_full = never, name)]
#[actor(thread dedicated, mailbox = 0)]
struct Desk;

fn main() {}
