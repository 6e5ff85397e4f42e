use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db, start = Db)]
    db: ActorRef<Db>,
}

fn main() {}
