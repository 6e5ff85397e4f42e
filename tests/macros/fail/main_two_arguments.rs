// A `main` with more than the system.

use actors::prelude::*;

#[actors::main]
async fn main(system: ActorSystem, arguments: Vec<String>) {
    drop((system, arguments));
}
