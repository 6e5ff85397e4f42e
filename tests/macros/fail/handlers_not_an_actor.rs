// A block of a type that is no actor.

use actors::prelude::*;

struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self) {}
}

fn main() {}
