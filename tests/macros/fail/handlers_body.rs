// An error in the body of a handler is the user's own.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self, by: u64) -> u64 {
        format!("{by}")
    }
}

fn main() {}
