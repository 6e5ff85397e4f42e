// Two handles for one answer.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn lookup(&mut self, one: ReplyTo<u64>, two: ReplyTo<u64>) {
        one.send(1);
        two.send(2);
    }
}

fn main() {}
