// A function that no program starts with.

use actors::prelude::*;

#[actors::main]
async fn start(system: ActorSystem) {
    drop(system);
}

fn main() {}
