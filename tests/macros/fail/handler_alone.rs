// A handler in a block without the attribute.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

impl Desk {
    #[handler]
    fn add(&mut self) {}
}

fn main() {}
