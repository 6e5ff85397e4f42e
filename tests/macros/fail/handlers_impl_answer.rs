// An answer without a named type.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn later(&self) -> impl Future<Output = u64> {
        std::future::ready(1)
    }
}

fn main() {}
