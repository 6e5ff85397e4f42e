use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop(#[child(start = Db)] ActorRef<Db>);

fn main() {}
