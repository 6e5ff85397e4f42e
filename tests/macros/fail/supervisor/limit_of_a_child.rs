use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db, intensity = 3, within = "5s")]
    db: ActorRef<Db>,
}

fn main() {}
