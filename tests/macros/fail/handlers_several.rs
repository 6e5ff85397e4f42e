// Every mistake of a block is reported.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler(mesage = Put)]
    fn put(&mut self, _text: &str) {}

    #[handler]
    fn kill(self, (_a, _b): (u8, u8)) {}

    #[handler(fallible, plain, remote = "get")]
    fn get<T>(&self, _key: impl Into<T>) -> &u8 {
        &0
    }
}

fn main() {}
