//! Nodes: what travels, in which order, and what happens when a connection does not hold.

mod failures;
mod garbage;
mod messages;

use actors::prelude::*;
use serde::{Deserialize, Serialize};

/// Counts, answers, fails: whatever a test wants of a remote actor.
#[derive(Actor, Default)]
pub(crate) struct Counter {
    total: u64,
    seen: Vec<u64>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct TooMuch(pub(crate) u64);

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is too much", self.0)
    }
}

#[handlers]
impl Counter {
    #[handler(remote = "counter.add/1")]
    pub(crate) fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.seen.push(by);
        self.total
    }

    #[handler(remote = "counter.seen/1")]
    pub(crate) fn seen(&self) -> Vec<u64> {
        self.seen.clone()
    }

    #[handler(remote = "counter.spend/1")]
    pub(crate) fn spend(&mut self, amount: u64) -> Result<u64, TooMuch> {
        if amount > self.total { Err(TooMuch(amount)) } else { Ok(self.total - amount) }
    }

    #[handler(remote = "counter.store/1")]
    pub(crate) fn store(&mut self, bytes: Vec<u8>) -> usize {
        bytes.len()
    }

    #[handler(remote = "counter.hang/1")]
    pub(crate) async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }

    #[handler(remote = "counter.explode/1")]
    pub(crate) fn explode(&mut self) -> u64 {
        panic!("exploded")
    }

    #[handler(remote = "counter.lose/1")]
    pub(crate) fn lose(&mut self, reply: actors::ReplyTo<u64>) {
        drop(reply);
    }
}

/// Two systems with a node each; the second is connected to the first, which exports a counter.
pub(crate) struct Pair {
    pub(crate) home: ActorSystem,
    pub(crate) away: ActorSystem,
    pub(crate) node: Node,
    pub(crate) other: Node,
    pub(crate) peer: Peer,
    pub(crate) counter: ActorRef<Counter>,
}

pub(crate) const LOOPBACK: &str = "127.0.0.1:0";

pub(crate) async fn pair() -> Pair {
    let (home, away) = (ActorSystem::new(), ActorSystem::new());
    let node = Node::builder("a").listen(LOOPBACK).auth(Auth::Insecure).start(&home).await.unwrap();
    let other = Node::builder("b").auth(Auth::Insecure).start(&away).await.unwrap();
    let counter = home.spawn(Counter::default());
    let export = node.export("counter", &counter).accept::<Add>().accept::<Seen>().accept::<Spend>();
    export.accept::<Store>().accept::<Hang>().accept::<Explode>().accept::<Lose>();
    let peer = other.connect(node.address()).await.unwrap();
    Pair { home, away, node, other, peer, counter }
}

impl Pair {
    pub(crate) async fn remote(&self) -> RemoteRef<Counter> {
        self.peer.lookup("counter").await.unwrap()
    }
}
