// An answer that borrows from the actor.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn title(&self) -> &str {
        ""
    }
}

fn main() {}
