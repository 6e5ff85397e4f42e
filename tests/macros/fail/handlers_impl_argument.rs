// An argument without a named type.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self, _by: impl Into<u64>) {}
}

fn main() {}
