use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Actor)]
struct Other;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Other)]
    db: ActorRef<Db>,
}

fn main() {}
