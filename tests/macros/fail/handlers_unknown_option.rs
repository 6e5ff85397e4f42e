// An option that does not exist.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers(clients = DeskAdmin)]
impl Desk {
    #[handler]
    fn add(&mut self) {}
}

fn main() {}
