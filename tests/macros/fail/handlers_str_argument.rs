// A borrowed string.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn greet(&mut self, _name: &str) {}
}

fn main() {}
