// Two handlers whose messages have one name.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self) {}

    #[handler(message = Add)]
    fn add_more(&mut self) {}
}

fn main() {}
