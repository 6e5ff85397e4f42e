// Contexts of another type, or lent in another way.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn by_value(&mut self, ctx: Context<Self>) {
        drop(ctx);
    }

    #[handler]
    fn shared(&mut self, ctx: &Context<Self>) {
        let _ = ctx;
    }

    #[handler]
    fn foreign(&mut self, ctx: &mut Context<Other>) {
        let _ = ctx;
    }
}

fn main() {}
