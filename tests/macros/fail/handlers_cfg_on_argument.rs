// A message whose fields depend on the build.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn add(&mut self, #[cfg(unix)] _by: u64) {}
}

fn main() {}
