// A handler with a lifetime.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add<'a>(&'a mut self) {}
}

fn main() {}
