use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
#[supervisor(strategy = one_for_two)]
struct Shop {
    #[child(start = Db)]
    db: ActorRef<Db>,
}

fn main() {}
