use actors::prelude::*;

#[derive(Actor)]
struct Db;

struct Config;

#[derive(Supervisor)]
struct Shop {
    config: Config,
    #[child(start = Db)]
    db: ActorRef<Db>,
}

fn main() {}
