use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
#[supervisor(strategie = one_for_one)]
struct Shop {
    #[child(start = Db, restarts = permanent)]
    db: ActorRef<Db>,
}

fn main() {}
