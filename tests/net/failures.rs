//! Slow actors, dead actors, lost connections.

use actors::prelude::*;
use actors::{ConnectError, NodeError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::*;

#[derive(Actor)]
struct Watcher(mpsc::UnboundedSender<Terminated>, Option<RemoteRef<Counter>>);

impl Handler<Terminated> for Watcher {
    async fn handle(&mut self, terminated: Terminated, _: &mut Context<Self>) {
        self.0.send(terminated).unwrap();
    }
}

#[handlers]
impl Watcher {
    #[handler]
    fn begin(&mut self, ctx: &mut Context<Self>) {
        ctx.watch(self.1.as_ref().unwrap());
    }
    #[handler]
    fn end(&mut self, ctx: &mut Context<Self>) {
        ctx.unwatch(self.1.as_ref().unwrap());
    }
}

async fn watching(pair: &Pair) -> (ActorRef<Watcher>, mpsc::UnboundedReceiver<Terminated>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let watcher = pair.away.spawn(Watcher(sender, Some(pair.remote().await)));
    watcher.begin().await.unwrap();
    // The connection keeps order: after this answer the watch has arrived.
    pair.remote().await.add(0).await.unwrap();
    (watcher, receiver)
}

#[tokio::test]
async fn the_end_of_a_remote_actor_is_told_with_its_reason() {
    let pair = pair().await;
    let (_watcher, mut told) = watching(&pair).await;
    pair.remote().await.explode().tell().await.unwrap();
    let terminated = told.recv().await.unwrap();
    assert_eq!(terminated.path().as_str(), "/a/counter");
    assert_eq!(terminated.reason().to_string(), "panicked: exploded");
    assert_eq!(
        pair.remote().await.add(1).await,
        Err(AskError::Stopped),
        "at once, although it is exported still"
    );
    let (_late, mut told) = {
        let (sender, receiver) = mpsc::unbounded_channel();
        let late = pair.away.spawn(Watcher(sender, Some(pair.remote().await)));
        late.begin().await.unwrap();
        (late, receiver)
    };
    assert_eq!(told.recv().await.unwrap().reason().to_string(), "panicked: exploded", "watching the dead");
}

#[tokio::test]
async fn unwatching_silences() {
    let pair = pair().await;
    let (watcher, mut told) = watching(&pair).await;
    watcher.end().await.unwrap();
    pair.remote().await.explode().await.unwrap_err();
    pair.counter.wait().await;
    watcher.end().await.unwrap();
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn the_other_ways_of_having_no_answer() {
    let pair = pair().await;
    let remote = pair.remote().await;
    assert_eq!(remote.lose().await, Err(AskError::NoReply));
    assert_eq!(remote.explode().await, Err(AskError::Stopped));
}

#[tokio::test]
async fn losing_the_connection_fails_everything_at_once() {
    let pair = pair().await;
    let remote = pair.remote().await;
    let (_watcher, mut told) = watching(&pair).await;
    let hanging = tokio::spawn(remote.hang().owned());
    while pair.peer.pending_asks() == 0 {
        tokio::task::yield_now().await;
    }
    // As if the process died: its sockets close.
    let home = pair.home.clone();
    pair.counter.kill();
    home.shutdown(std::time::Duration::from_secs(5)).await;
    pair.peer.closed().await;
    let outcome = hanging.await.unwrap();
    assert!(matches!(outcome, Err(AskError::ConnectionLost | AskError::Stopped)), "{outcome:?}");
    assert_eq!(remote.add(1).await, Err(AskError::Stopped));
    assert!(remote.try_tell(Add { by: 1 }).unwrap_err().is_stopped());
    assert!(!remote.is_alive());
    assert!(pair.peer.lookup::<Counter>("counter").await.is_err());
    told.recv().await.unwrap();
}

/// A peer that introduces itself and then says and reads nothing more until it is dropped.
async fn mute_peer() -> (std::net::SocketAddr, tokio::task::JoinHandle<tokio::net::TcpStream>) {
    let listener = tokio::net::TcpListener::bind(LOOPBACK).await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 19];
        stream.read_exact(&mut hello).await.unwrap();
        // WELCOME from "m", and FOUND for the first question.
        let welcome = [15, 0, 0, 0, 0x82, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, b'm'];
        stream.write_all(&welcome).await.unwrap();
        let mut lookup = [0; 4 + 2 + 8 + 2 + 7];
        while stream.read_exact(&mut lookup[..6]).await.is_ok() && lookup[4] != 0x85 {}
        stream.read_exact(&mut lookup[6..]).await.unwrap();
        let mut found = vec![27, 0, 0, 0, 0x86, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
        found.extend([7; 16]);
        stream.write_all(&found).await.unwrap();
        stream
    });
    (address, accepted)
}

#[tokio::test]
async fn a_connection_that_is_cut_with_questions_under_way_says_that_the_outcome_is_unknown() {
    let system = ActorSystem::new();
    let node = Node::builder("b").auth(Auth::Insecure).start(&system).await.unwrap();
    let (address, accepted) = mute_peer().await;
    let peer = node.connect(address).await.unwrap();
    let remote: RemoteRef<Counter> = peer.lookup("counter").await.unwrap();
    let stream = accepted.await.unwrap();
    let asked = tokio::spawn(remote.add(1).owned());
    while peer.pending_asks() == 0 {
        tokio::task::yield_now().await;
    }
    drop(stream);
    assert_eq!(asked.await.unwrap(), Err(AskError::ConnectionLost));
}

#[tokio::test]
async fn a_peer_that_does_not_read_fills_a_bounded_buffer_and_is_given_up() {
    let system = ActorSystem::new();
    let limits = actors::Limits { outbound_bytes: 100_000, ..actors::Limits::default() };
    let node = Node::builder("b").auth(Auth::Insecure).limits(limits).start(&system).await.unwrap();
    let (address, accepted) = mute_peer().await;
    let peer = node.connect(address).await.unwrap();
    let remote: RemoteRef<Counter> = peer.lookup("counter").await.unwrap();
    let stream = accepted.await.unwrap();
    // The kernel's buffers take some megabytes before ours fills.
    let full = loop {
        match remote.try_tell(Store { bytes: vec![0; 50_000] }) {
            Ok(()) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(full.is_full());
    assert!(peer.outbound_bytes() <= 100_000 + 50_100, "{}", peer.outbound_bytes());
    let waiting = tokio::spawn(remote.store(vec![1]).owned().tell());
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    drop(stream);
    assert!(waiting.await.unwrap().unwrap_err().is_stopped());
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_down() {
    let system = ActorSystem::new();
    let node = Node::builder("b").auth(Auth::Insecure).start(&system).await.unwrap();
    let (address, accepted) = mute_peer().await;
    let peer = node.connect(address).await.unwrap();
    let _remote: RemoteRef<Counter> = peer.lookup("counter").await.unwrap();
    let _stream = accepted.await.unwrap();
    peer.closed().await;
}

#[tokio::test]
async fn a_slow_actor_does_not_hold_up_another_on_the_same_connection() {
    let pair = pair().await;
    let slow = pair.home.actor(Counter::default).mailbox(actors::Mailbox::bounded(1)).spawn();
    pair.node.export("slow", &slow).accept::<Hang>().accept::<Add>();
    let slow: RemoteRef<Counter> = pair.peer.lookup("slow").await.unwrap();
    slow.hang().tell().await.unwrap();
    for number in 0..1_000 {
        slow.tell(Add { by: number }).await.unwrap();
    }
    assert_eq!(pair.remote().await.add(1).await, Ok(1));
}

#[tokio::test]
async fn order_is_kept_through_a_full_mailbox() {
    let pair = pair().await;
    let tight = pair.home.actor(Counter::default).mailbox(actors::Mailbox::bounded(2)).spawn();
    pair.node.export("tight", &tight).accept::<Add>().accept::<Seen>();
    let tight: RemoteRef<Counter> = pair.peer.lookup("tight").await.unwrap();
    for number in 0..2_000 {
        tight.tell(Add { by: number }).await.unwrap();
    }
    assert_eq!(tight.seen().await.unwrap(), (0..2_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_shutdown_writes_what_was_sent_before() {
    let pair = pair().await;
    let remote = pair.remote().await;
    for number in 0..1_000 {
        remote.tell(Add { by: number }).await.unwrap();
    }
    pair.away.shutdown(std::time::Duration::from_secs(5)).await;
    while pair.counter.seen().await.unwrap().len() < 1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn after_a_loss_a_new_connection_works() {
    let pair = pair().await;
    pair.remote().await.add(1).await.unwrap();
    let peer = pair.other.connect(pair.node.address()).await.unwrap();
    let remote: RemoteRef<Counter> = peer.lookup("counter").await.unwrap();
    assert_eq!(remote.add(1).await, Ok(2));
}

#[tokio::test]
async fn without_authentication_only_loopback_is_spoken_to() {
    let system = ActorSystem::new();
    let unset = Node::builder("a").listen(LOOPBACK).start(&system).await.unwrap_err();
    assert!(unset.to_string().contains("Auth::Insecure"), "{unset}");
    let wide = Node::builder("a").listen("0.0.0.0:0").auth(Auth::Insecure).start(&system).await.unwrap_err();
    assert!(matches!(wide, NodeError::NotLoopback(_)), "{wide}");
    let unclear = Node::builder("a").listen("nowhere").auth(Auth::Insecure).start(&system).await.unwrap_err();
    assert!(matches!(unclear, NodeError::InvalidAddress(_)), "{unclear}");
    let unnamed = Node::builder("no name").auth(Auth::Insecure).start(&system).await.unwrap_err();
    assert!(matches!(unnamed, NodeError::InvalidName(_)), "{unnamed}");
    let node = Node::builder("a").auth(Auth::Insecure).start(&system).await.unwrap();
    let far = node.connect("192.0.2.1:9".parse().unwrap()).await.unwrap_err();
    assert!(matches!(far, ConnectError::NotLoopback(_)), "{far}");
}
