//! What runs in the child.

use std::io::{self, Write};
use std::net::SocketAddr;

use actors::prelude::*;
use tokio::io::AsyncReadExt;

use super::counters::Counters;
use super::{LOOPBACK, READY, door_name};
use crate::options::Options;
use crate::services::{Bookkeeping, Ledger, Ship, Shipping, shards, shipping};

/// Everything that runs in the second process.
#[derive(Supervisor)]
#[allow(dead_code, reason = "all children are fields, also those that nobody outside asks for")]
#[supervisor(strategy = one_for_one, intensity = 3, within = "5s", name = "depot")]
struct Depot {
    options: Options,
    bookkeeping: Bookkeeping,
    #[child(tree = shipping(&options, &bookkeeping))]
    shipping: SupervisorRef,
    #[child(start = Office)]
    office: ActorRef<Office>,
}

/// Answers for the child's node.
#[derive(Actor)]
pub(super) struct Office;

#[handlers]
impl Office {
    #[handler(message = CountersNow, remote = "orders.counters/1")]
    pub(super) fn counters(&mut self, ctx: &mut Context<Self>) -> Counters {
        Counters::of(&ctx.system())
    }
}

/// Ships for the shop at `shop` until stdin ends or the shop is gone.
pub(crate) async fn serve(system: &ActorSystem, options: &Options, shop: SocketAddr) -> actors::Result<()> {
    let node = Node::builder("shipping").listen(LOOPBACK).auth(Auth::Insecure).start(system).await?;
    let peer = node.connect(shop).await?;
    let ledger: RemoteRef<Ledger> = peer.lookup("ledger").await?;
    let depot = Depot::start(system, options.clone(), Bookkeeping::remote(&ledger)).await?;
    for (number, shard) in shards::<Shipping>(&depot.shipping)?.iter().enumerate() {
        node.export(&door_name(number), shard).accept::<Ship>();
    }
    node.export("office", &depot.office).accept::<CountersNow>();
    println!("{READY}{}", node.address());
    io::stdout().flush()?;
    let mut nothing = Vec::new();
    let mut stdin = tokio::io::stdin();
    tokio::select! {
        _ = stdin.read_to_end(&mut nothing) => {}
        () = peer.closed() => {}
    }
    Ok(())
}
