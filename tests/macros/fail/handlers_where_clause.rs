// A handler with a `where` clause.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self, _by: u64)
    where
        Self: Sized,
    {
    }
}

fn main() {}
