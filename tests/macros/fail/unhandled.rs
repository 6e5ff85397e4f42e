// A message that the actor has no handler for is named, and what to do about it.

use actors::prelude::*;

#[derive(Actor)]
struct Clock;

#[derive(Message)]
struct Tick;

async fn wind(clock: ActorRef<Clock>) {
    let _ = clock.tell(Tick).await;
}

fn main() {
    let _ = wind;
}
