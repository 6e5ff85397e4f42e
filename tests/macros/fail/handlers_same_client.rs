// Two blocks without a name for the second client.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self) {}
}

#[handlers]
impl Desk {
    #[handler]
    fn remove(&mut self) {}
}

fn main() {}
