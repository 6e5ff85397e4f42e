use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop {
    #[child(start = Db, backoff = "10s..100ms")]
    db: ActorRef<Db>,
    #[child(start = Db, backoff = "10s")]
    other: ActorRef<Db>,
    #[child(start = Db, restart = temporary, backoff = "1s..2s")]
    third: ActorRef<Db>,
}

fn main() {}
