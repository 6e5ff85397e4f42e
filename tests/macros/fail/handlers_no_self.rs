// A function that is no method.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(by: u64) -> u64 {
        by
    }
}

fn main() {}
