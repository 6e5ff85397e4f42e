// An actor that borrows.

use actors::prelude::*;

#[derive(Actor)]

struct Desk<'a>(&'a str);

fn main() {}
