use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Actor)]
struct User(ActorRef<Db>);

#[derive(Supervisor)]
struct Shop {
    #[child(start = User(db.clone()))]
    user: ActorRef<User>,
    #[child(start = Db)]
    db: ActorRef<Db>,
}

fn main() {}
