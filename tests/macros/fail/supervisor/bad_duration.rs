use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
#[supervisor(intensity = 3, within = "5 seconds")]
struct Shop {
    #[child(start = Db, shutdown = "1.5s")]
    db: ActorRef<Db>,
}

fn main() {}
