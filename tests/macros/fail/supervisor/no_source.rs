use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(restart = transient)]
    db: ActorRef<Db>,
}

fn main() {}
