// A message that would have the name of its actor.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn desk(&self) {}
}

fn main() {}
