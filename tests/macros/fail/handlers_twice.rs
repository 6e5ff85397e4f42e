// The attribute twice.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    #[handler(message = Other)]
    fn add(&mut self) {}
}

fn main() {}
