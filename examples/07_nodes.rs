//! Nodes: two systems that could be two processes, an actor of one used by the other over TCP, and the loss of a node.
//! Run it with `cargo run --example 07_nodes`.

use std::time::Duration;

use actors::prelude::*;

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

// ANCHOR: counter
#[handlers]
impl Counter {
    /// The wire name is what peers know the message by; types and modules can be renamed.
    #[handler(remote = "counter.add/1")]
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }

    #[handler(remote = "counter.reset/1")]
    fn reset(&mut self) {
        self.total = 0;
    }
}
// ANCHOR_END: counter

/// Watches a counter on another node.
struct Watchman(RemoteRef<Counter>);

// ANCHOR: watch
impl Actor for Watchman {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.watch(&self.0);
        Ok(())
    }
}

impl Handler<Terminated> for Watchman {
    async fn handle(&mut self, end: Terminated, ctx: &mut Context<Self>) {
        println!("the watchman saw: {} ended: {}", end.path(), end.reason());
        ctx.stop();
    }
}
// ANCHOR_END: watch

#[actors::main]
async fn main(here: ActorSystem) -> actors::Result<()> {
    let there = ActorSystem::new();

    // ANCHOR: export
    // Peers reach what a node exports, and send it what the export accepts.
    let counter = there.spawn(Counter::default());
    let server = Node::builder("server").listen("127.0.0.1:0").auth(Auth::Insecure).start(&there).await?;
    server.export("counter", &counter).accept::<Add>();
    // ANCHOR_END: export

    // ANCHOR: lookup
    let client = Node::builder("client").auth(Auth::Insecure).start(&here).await?;
    let peer = client.connect(server.address()).await?;
    let remote: RemoteRef<Counter> = peer.lookup("counter").await?;
    remote.add(40).tell().await?;
    println!("{} counts {}", remote.path(), remote.add(2).await?);
    // ANCHOR_END: lookup
    println!("at home it counts {}", counter.add(0).await?);

    if let Err(error) = remote.reset().await {
        println!("reset: {error}");
    }
    if let Err(error) = peer.lookup::<Counter>("safe").await {
        println!("lookup: {error}");
    }

    let seen = remote.clone();
    let watchman = here.actor(move || Watchman(seen.clone())).start().await?;
    // One connection keeps its order: when this is answered, the server knows of the watch.
    remote.add(0).await?;
    there.shutdown(Duration::from_secs(5)).await;
    watchman.wait().await;
    peer.closed().await;
    if let Err(error) = remote.add(1).await {
        println!("add: {error}");
    }
    Ok(())
}
