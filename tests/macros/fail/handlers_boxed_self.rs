// An actor in a box.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn finish(self: Box<Self>) {}
}

fn main() {}
