// The attribute on a generic block.

use actors::prelude::*;

#[derive(Actor)]
struct Desk<T>(T);

#[handlers]
impl<T: Send + 'static> Desk<T> {
    #[handler]
    fn add(&mut self) {}
}

fn main() {}
