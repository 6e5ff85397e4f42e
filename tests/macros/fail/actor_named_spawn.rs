// A name may be taken: an actor that has one is not spawned but started.

use actors::prelude::*;

#[derive(Actor, Default)]
struct Desk;

async fn run(system: ActorSystem) {
    let desk = system.actor(Desk::default).name("desk").spawn();
    desk.stop();
}

fn main() {}
