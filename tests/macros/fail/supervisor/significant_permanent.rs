use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
#[supervisor(auto_shutdown = any_significant)]
struct Shop {
    #[child(start = Db, significant)]
    db: ActorRef<Db>,
    #[child(start = Db, restart = permanent, significant)]
    other: ActorRef<Db>,
}

fn main() {}
