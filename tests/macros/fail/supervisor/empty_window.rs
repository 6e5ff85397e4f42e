use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
#[supervisor(intensity = 3, within = "0s")]
struct Shop {
    #[child(start = Db)]
    db: ActorRef<Db>,
}

fn main() {}
