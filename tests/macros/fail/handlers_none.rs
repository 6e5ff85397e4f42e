// A block without handlers.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    fn add(&mut self) {}
}

fn main() {}
