use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db, restart = transient, significant)]
    db: ActorRef<Db>,
}

fn main() {}
