// A handler that takes the actor away.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn finish(self) {}
}

fn main() {}
