// An answer next to a handle for it.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn lookup(&mut self, reply: ReplyTo<u64>) -> u64 {
        reply.send(1);
        1
    }
}

fn main() {}
