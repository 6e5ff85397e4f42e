use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db, restart = always, shutdown = never)]
    db: ActorRef<Db>,
}

fn main() {}
