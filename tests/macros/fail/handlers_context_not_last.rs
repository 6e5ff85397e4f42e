// The context before another argument.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self, ctx: &mut Context<Self>, by: u64) {
        let _ = (ctx, by);
    }
}

fn main() {}
