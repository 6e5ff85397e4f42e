// Two handlers with one wire name.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler(remote = "desk.add/1")]
    fn add(&mut self) {}

    #[handler(remote = "desk.add/1")]
    fn add_more(&mut self) {}
}

fn main() {}
