// A message that would hide a trait of the prelude.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn send(&mut self, text: String) {
        drop(text);
    }
}

fn main() {}
