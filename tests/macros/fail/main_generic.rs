// A `main` for many types.

use actors::prelude::*;

#[actors::main]
async fn main<T>(system: ActorSystem) {
    drop(system);
}
