use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db)]
    db: ActorRef<Db>,
    #[child(start = Db, id = "db")]
    other: ActorRef<Db>,
}

fn main() {}
