// The attribute on a trait implementation.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Default for Desk {
    #[handler]
    fn default() -> Self {
        Desk
    }
}

fn main() {}
