use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db, dynamic)]
    db: ActorRef<Db>,
}

fn main() {}
