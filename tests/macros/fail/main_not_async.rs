// A `main` that does not wait.

use actors::prelude::*;

#[actors::main]
fn main(system: ActorSystem) {
    drop(system);
}
