// A method from which no name follows.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn _1(&self) {}
}

fn main() {}
