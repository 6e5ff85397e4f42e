// Options that do not exist.

use actors::prelude::*;

#[actors::main(flavor = "current_thread")]
async fn main(system: ActorSystem) {
    drop(system);
}
