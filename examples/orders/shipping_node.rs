//! The second node: a child process of the same program, with nothing but shipping in it.
//!
//! 1. The shop listens on loopback, exports its ledger, and starts the child with its address.
//! 2. The child connects, looks the ledger up, opens shipping over it, listens, and says where on its stdout.
//! 3. The shop connects to the child and looks shipping up.
//! 4. The child ends when its stdin does: when the shop closes it, or dies.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

use crate::options::Options;
use crate::services::{Book, Bookkeeping, Ledger, Recall, Ship, Shipping};
use crate::shop;

const LOOPBACK: &str = "127.0.0.1:0";
const READY: &str = "READY ";
/// How long the child may take to say where it listens, and to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the child's counters are asked for; what was counted after the last answer dies with it.
const COUNT_EVERY: Duration = Duration::from_millis(100);

/// What a node counts by itself.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) restarts: u64,
    pub(crate) dead_letters: u64,
}

impl Counters {
    pub(crate) fn of(system: &ActorSystem) -> Self {
        Self { restarts: system.restarts(), dead_letters: system.dead_letter_counts().total() }
    }
}

/// Answers for the child's node.
#[derive(Actor)]
struct Office {
    system: ActorSystem,
}

#[handlers]
impl Office {
    #[handler(message = CountersNow, remote = "orders.counters/1")]
    fn counters(&mut self) -> Counters {
        Counters::of(&self.system)
    }
}

/// The shop's end of the shipping node.
pub(crate) struct ShippingNode {
    child: Child,
    pid: u32,
    stdin: Option<ChildStdin>,
    office: RemoteRef<Office>,
    last_counters: Arc<Mutex<Counters>>,
    pub(crate) peer: Peer,
    pub(crate) doors: Vec<Recipient<Ship>>,
}

impl ShippingNode {
    /// Starts the child and waits until its shipping is open.
    pub(crate) async fn start(
        system: &ActorSystem,
        options: &Options,
        ledger: &ActorRef<Ledger>,
    ) -> actors::Result<Self> {
        let node = Node::builder("shop").listen(LOOPBACK).auth(Auth::Insecure).start(system).await?;
        node.export("ledger", ledger).accept::<Book>().accept::<Recall>();
        let mut child = child_command(options, node.address())?.spawn()?;
        let pid = child.id().unwrap_or_default();
        eprintln!("shipping node pid={pid}");
        let stdin = child.stdin.take();
        let address = timeout(PATIENCE, address_of(&mut child)).await??;
        let peer = node.connect(address).await?;
        let mut doors = Vec::new();
        for shard in 0..shop::SHARDS {
            let door: RemoteRef<Shipping> = peer.lookup(&door_name(shard)).await?;
            doors.push(door.recipient());
        }
        let office: RemoteRef<Office> = peer.lookup("office").await?;
        let last_counters = Arc::<Mutex<Counters>>::default();
        tokio::spawn(keep_counting(office.clone(), last_counters.clone()));
        Ok(Self { child, pid, stdin, office, last_counters, peer, doors })
    }

    /// Lets the child end, and returns what it counted.
    pub(crate) async fn end(mut self) -> Counters {
        let counters = match self.office.counters().await {
            Ok(counters) => counters,
            Err(_) => *self.last_counters.lock().unwrap_or_else(PoisonError::into_inner),
        };
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
        counters
    }
}

/// Asks the child for its counters until it is gone.
async fn keep_counting(office: RemoteRef<Office>, last: Arc<Mutex<Counters>>) {
    while let Ok(counters) = office.counters().await {
        *last.lock().unwrap_or_else(PoisonError::into_inner) = counters;
        sleep(COUNT_EVERY).await;
    }
}

fn child_command(options: &Options, shop: SocketAddr) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--shipping-for").arg(shop.to_string());
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

fn door_name(shard: u64) -> String {
    format!("shipping-{shard}")
}

/// The child: ships for the shop at `shop` until its stdin ends or the shop is gone.
pub(crate) async fn serve(system: &ActorSystem, options: &Options, shop: SocketAddr) -> actors::Result<()> {
    let node = Node::builder("shipping").listen(LOOPBACK).auth(Auth::Insecure).start(system).await?;
    let peer = node.connect(shop).await?;
    let ledger: RemoteRef<Ledger> = peer.lookup("ledger").await?;
    let shards = shop::shipping(system, options, &Bookkeeping::remote(&ledger));
    for (shard, actor) in (0..).zip(&shards) {
        node.export(&door_name(shard), actor).accept::<Ship>();
    }
    let office = system.spawn(Office { system: system.clone() });
    node.export("office", &office).accept::<CountersNow>();
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
