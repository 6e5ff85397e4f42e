// An option of a handler that does not exist.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler(name = "add")]
    fn add(&mut self) {}
}

fn main() {}
