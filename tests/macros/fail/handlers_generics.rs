// A handler for many types.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add<T>(&mut self, _by: T) {}
}

fn main() {}
