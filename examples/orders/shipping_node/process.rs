//! The child, as the shop sees it.

use std::io;
use std::net::SocketAddr;
use std::process::Stdio;

use actors::prelude::*;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use super::depot::Office;
use super::{LOOPBACK, PATIENCE, READY, door_name};
use crate::options::Options;
use crate::services::{Book, Ledger, Recall, SHARDS, Ship, Shipping};

/// A running child, to which the shop is connected.
pub(super) struct Process {
    child: Child,
    pid: u32,
    stdin: Option<ChildStdin>,
    pub(super) peer: Peer,
    pub(super) doors: Vec<Recipient<Ship>>,
    pub(super) office: RemoteRef<Office>,
}

impl Process {
    /// Starts the child and waits until its shipping is open.
    pub(super) async fn start(
        system: &ActorSystem,
        options: &Options,
        ledger: &ActorRef<Ledger>,
    ) -> actors::Result<Self> {
        let node = Node::builder("shop").listen(LOOPBACK).auth(Auth::Insecure).start(system).await?;
        node.export("ledger", ledger).accept::<Book>().accept::<Recall>();
        let mut child = command(options, node.address())?.spawn()?;
        let pid = child.id().unwrap_or_default();
        eprintln!("shipping node pid={pid}");
        let stdin = child.stdin.take();
        let address = timeout(PATIENCE, address_of(&mut child)).await??;
        let peer = node.connect(address).await?;
        let mut doors = Vec::new();
        for shard in 0..SHARDS as usize {
            let door: RemoteRef<Shipping> = peer.lookup(&door_name(shard)).await?;
            doors.push(door.recipient());
        }
        let office = peer.lookup("office").await?;
        Ok(Self { child, pid, stdin, peer, doors, office })
    }

    /// Lets the child end.
    pub(super) async fn end(mut self) {
        drop(self.stdin.take());
        match timeout(PATIENCE, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => {}
            Ok(Ok(status)) => eprintln!("shipping node pid={} ended: {status}", self.pid),
            Ok(Err(error)) => eprintln!("shipping node pid={} cannot be waited for: {error}", self.pid),
            Err(_) => {
                eprintln!("shipping node pid={} does not end and is killed", self.pid);
                // It is gone already if this fails.
                let _ = self.child.kill().await;
            }
        }
    }
}

fn command(options: &Options, shop: SocketAddr) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--shipping-for").arg(shop.to_string());
    command.arg("--restart-limit").arg(options.restart_limit.to_string());
    let faults = [("--crash-every", options.crash_every), ("--decline-every", options.decline_every)];
    for (name, value) in faults {
        if let Some(value) = value {
            command.arg(name).arg(value.to_string());
        }
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    Ok(command)
}

/// Where the child says it listens.
async fn address_of(child: &mut Child) -> actors::Result<SocketAddr> {
    let stdout = child.stdout.take().ok_or_else(|| ActorError::msg("the shipping node has no stdout"))?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(address) = line.strip_prefix(READY) {
            return Ok(address.parse()?);
        }
    }
    Err(ActorError::msg("the shipping node ended before it was ready"))
}
