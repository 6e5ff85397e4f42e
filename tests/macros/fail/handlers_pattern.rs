// A pattern in place of a name.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self, (left, right): (u64, u64)) {
        let _ = (left, right);
    }
}

fn main() {}
