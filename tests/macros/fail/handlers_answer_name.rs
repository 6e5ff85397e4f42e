// A message that would have the name of its answer.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

struct Stats;

#[handlers]
impl Desk {
    #[handler]
    fn stats(&self) -> Option<Stats> {
        None
    }
}

fn main() {}
