// A name that every reference has.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn stop(&mut self) {}
}

fn main() {}
