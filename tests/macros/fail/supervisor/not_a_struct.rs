use actors::prelude::*;

#[derive(Actor)]
struct Db;

#[derive(Supervisor)]
enum Shop {
    Open,
}

fn main() {}
