//! The node of this process.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors_core::{Actor, ActorRef, ActorSystem, ShutdownPhase, is_valid_name};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::builder::NodeBuilder;
use super::exports::{Export, Exports};
use super::peer::Peer;
use crate::auth::Auth;
use crate::connection::{Connection, Identity, accept, dial, run};
use crate::error::{ConnectError, NodeError};
use crate::limits::Limits;
use crate::wire::Splitter;

/// A node: part of a system that other processes can reach. Clones are handles to the same node.
///
/// Peers reach only what was [exported](Self::export), and only with the messages it accepts.
///
/// ```
/// # use actors_core::*;
/// # use actors_net::{Auth, Node, RemoteMessage, RemoteRef};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Add(u64);
/// # impl Message for Add { type Reply = u64; type Kind = Plain; }
/// # impl RemoteMessage for Add { const WIRE_NAME: &'static str = "counter.add/1"; }
/// # struct Counter(u64);
/// # impl Actor for Counter {}
/// # impl Handler<Add> for Counter {
/// #     async fn handle(&mut self, add: Add, _: &mut Context<Self>) -> u64 { self.0 += add.0; self.0 }
/// # }
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let (here, there) = (ActorSystem::new(), ActorSystem::new());
/// let server = Node::builder("server").listen("127.0.0.1:0").auth(Auth::Insecure).start(&there).await?;
/// server.export("counter", &there.spawn(Counter(40))).accept::<Add>();
///
/// let client = Node::builder("client").auth(Auth::Insecure).start(&here).await?;
/// let peer = client.connect(server.address()).await?;
/// let counter: RemoteRef<Counter> = peer.lookup("counter").await?;
/// assert_eq!(counter.ask(Add(2)).await?, 42);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
}

struct Shared {
    system: ActorSystem,
    identity: Identity,
    auth: Auth,
    limits: Limits,
    address: Option<SocketAddr>,
    exports: Arc<Exports>,
    connections: Mutex<Vec<Arc<Connection>>>,
    accepting: watch::Sender<bool>,
}

impl Node {
    /// Begins a node with this name, which is how peers' logs and paths call it.
    pub fn builder(name: &str) -> NodeBuilder {
        NodeBuilder::new(name)
    }

    pub(super) fn run(
        system: ActorSystem,
        name: String,
        auth: Auth,
        limits: Limits,
        listener: Option<TcpListener>,
    ) -> Result<Self, NodeError> {
        let identity = Identity { incarnation: RandomState::new().hash_one(&name), name };
        let shared = Arc::new(Shared {
            address: listener.as_ref().and_then(|listener| listener.local_addr().ok()),
            system: system.clone(),
            identity,
            auth,
            limits,
            exports: Arc::default(),
            connections: Mutex::default(),
            accepting: watch::Sender::new(true),
        });
        if let Some(listener) = listener {
            system.runtime().spawn(listen(shared.clone(), listener));
        }
        let intake = shared.clone();
        system.on_shutdown(ShutdownPhase::Intake, move || async move {
            intake.accepting.send_replace(false);
        });
        let last = shared.clone();
        system.on_shutdown(ShutdownPhase::Nodes, move || async move { last.close().await });
        Ok(Self { shared })
    }

    /// The node's name.
    pub fn name(&self) -> &str {
        &self.shared.identity.name
    }

    /// Where it listens; port 0 of the unspecified address if it does not.
    pub fn address(&self) -> SocketAddr {
        self.shared.address.unwrap_or_else(|| (Ipv4Addr::UNSPECIFIED, 0).into())
    }

    /// Lets peers look this actor up under a name. It takes only the messages that are [accepted](Export::accept).
    ///
    /// An earlier export of the same name ends: references to it fail. The export keeps the actor alive.
    ///
    /// # Panics
    ///
    /// If the name is not one: `[A-Za-z0-9_.:-]{1,128}`.
    #[track_caller]
    pub fn export<A: Actor>(&self, name: &str, actor: &ActorRef<A>) -> Export<A> {
        assert!(
            is_valid_name(name),
            "{name:?} is not a name: use 1 to 128 ASCII letters, digits, _ . : and -"
        );
        Export::new(&self.shared.exports, name, actor, self.shared.system.runtime().clone())
    }

    /// Ends an export; false if there was none.
    pub fn unexport(&self, name: &str) -> bool {
        self.shared.exports.remove(name)
    }

    /// Connects to another node.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] says why not.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no connection stays.
    pub async fn connect(&self, address: SocketAddr) -> Result<Peer, ConnectError> {
        let shared = &self.shared;
        if !shared.auth.permits(address) {
            return Err(ConnectError::NotLoopback(address));
        }
        if !*shared.accepting.borrow() {
            return Err(ConnectError::Closed);
        }
        let dialled = tokio::time::timeout(shared.limits.handshake, TcpStream::connect(address)).await;
        let dialled = dialled.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        let mut stream = dialled.map_err(|error| ConnectError::Dial(address, error))?;
        let introduced = dial(&mut stream, &shared.identity, &shared.limits).await;
        let (peer, splitter) = introduced.map_err(ConnectError::Handshake)?;
        Ok(Peer::new(shared.adopt(peer, stream, splitter)))
    }

    /// The nodes this one is connected to, whoever dialled.
    pub fn peers(&self) -> Vec<Peer> {
        self.shared.open_connections().into_iter().map(Peer::new).collect()
    }
}

impl Shared {
    fn adopt(&self, peer: Identity, stream: TcpStream, splitter: Splitter) -> Arc<Connection> {
        let connection = Connection::new(peer, self.system.clone(), self.limits);
        {
            let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            connections.retain(|connection| connection.is_open());
            connections.push(connection.clone());
        }
        run(connection.clone(), stream, splitter, self.exports.clone());
        connection
    }

    fn open_connections(&self) -> Vec<Arc<Connection>> {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.iter().filter(|connection| connection.is_open()).cloned().collect()
    }

    /// Writes what is still to be written and says goodbye.
    async fn close(&self) {
        let connections = self.open_connections();
        for connection in connections {
            connection.finish().await;
        }
    }
}

async fn listen(shared: Arc<Shared>, listener: TcpListener) {
    let handshakes = Arc::new(Semaphore::new(shared.limits.handshakes));
    let mut accepting = shared.accepting.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = accepting.wait_for(|accepting| !accepting) => return,
        };
        let mut stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: others may close theirs.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Beyond the limit a connection is closed without a word.
        let Ok(permit) = handshakes.clone().try_acquire_owned() else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            match accept(&mut stream, &shared.identity, &shared.limits).await {
                Ok((peer, splitter)) => drop(shared.adopt(peer, stream, splitter)),
                Err(why) => tracing::info!(why = %why.escape_debug(), "a connection was refused"),
            }
            drop(permit);
        });
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({} at {})", self.name(), self.address())
    }
}
