use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
struct Shop<T> {
    config: T,
}

fn main() {}
