// Functions of a kind that no handler is.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    unsafe fn trust(&mut self) {}

    #[handler]
    const fn fixed(&self) {}

    #[handler]
    extern "C" fn foreign(&self) {}
}

fn main() {}
