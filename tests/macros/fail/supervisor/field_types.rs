use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db)]
    db: Db,
    #[child(dynamic)]
    pool: ActorRef<Db>,
    #[child(tree = Supervisor::one_for_one())]
    tree: ActorRef<Db>,
}

fn main() {}
