//! Peers that do not speak the protocol.

use std::net::SocketAddr;

use actors::DeadLetterReason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// What the node answers to these bytes before it closes the connection.
async fn answer_to(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The node may have closed before everything was written.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

const HELLO: [u8; 19] = [15, 0, 0, 0, 0x81, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, b'x'];

#[tokio::test]
async fn before_an_introduction_garbage_gets_no_answer_and_the_node_survives() {
    let pair = pair().await;
    let address = pair.node.address();
    let huge_claim = [255, 255, 255, 255, 0x81, 0];
    let wrong_version = [15, 0, 0, 0, 0x81, 0, 9, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, b'x'];
    let bad_name = [15, 0, 0, 0, 0x81, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, b' '];
    let no_introduction = [2, 0, 0, 0, 0x03, 0];
    for bytes in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 100],
        &[255; 100],
        &huge_claim,
        &wrong_version,
        &bad_name,
        &no_introduction,
        &HELLO[..10],
        &[],
    ] {
        assert_eq!(answer_to(address, bytes).await, [0; 0], "{bytes:?}");
    }
    assert_eq!(pair.remote().await.add(1).await, Ok(1));
}

#[tokio::test]
async fn after_an_introduction_garbage_closes_the_connection_and_no_other() {
    let pair = pair().await;
    let unknown_critical = [2, 0, 0, 0, 0xff, 0];
    let short_watch = [3, 0, 0, 0, 0x87, 0, 1];
    let second_hello = HELLO;
    for garbage in [&unknown_critical[..], &short_watch, &second_hello, &[255; 8]] {
        let mut stream = TcpStream::connect(pair.node.address()).await.unwrap();
        stream.write_all(&HELLO).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        let mut answer = Vec::new();
        // Ends although this side has not closed.
        let _ = stream.read_to_end(&mut answer).await;
        assert_eq!(answer[4], 0x82, "it introduced itself");
    }
    assert_eq!(pair.remote().await.add(1).await, Ok(1));
}

/// A peer that writes its frames by hand.
struct RawPeer(TcpStream);

impl RawPeer {
    async fn connect(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&HELLO).await.unwrap();
        Self(stream)
    }

    async fn send(&mut self, kind: u8, parts: &[&[u8]]) {
        let body = parts.concat();
        let header = [&(body.len() as u32 + 2).to_le_bytes()[..], &[kind, 0]].concat();
        self.0.write_all(&[header, body].concat()).await.unwrap();
    }

    /// The body of the next frame of this kind.
    async fn receive(&mut self, kind: u8) -> Vec<u8> {
        loop {
            let mut header = [0; 6];
            self.0.read_exact(&mut header).await.unwrap();
            let mut body = vec![0; u32::from_le_bytes(header[..4].try_into().unwrap()) as usize - 2];
            self.0.read_exact(&mut body).await.unwrap();
            if header[4] == kind {
                return body;
            }
        }
    }
}

/// The wire id of a name: FNV-1a.
fn wire_id(name: &str) -> [u8; 8] {
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, add).to_le_bytes()
}

#[tokio::test]
async fn guessed_actors_and_unreadable_messages_are_answered_and_counted() {
    const QUESTION: [u8; 8] = 5_u64.to_le_bytes();
    const NO_LIMIT: [u8; 4] = [255; 4];
    let pair = pair().await;
    let mut peer = RawPeer::connect(pair.node.address()).await;
    peer.send(0x85, &[&QUESTION, &7_u16.to_le_bytes(), b"counter"]).await;
    let found = peer.receive(0x86).await;
    assert_eq!(found[..9], [&QUESTION[..], &[1]].concat());
    let (target, add) = (&found[9..], wire_id("counter.add/1"));
    let guess = [&target[..8], &42_u64.to_le_bytes()].concat();

    // What it should look like: 40 is a byte of its own in the codec.
    peer.send(0x91, &[target, &add, &[1], &QUESTION, &NO_LIMIT, &[40]]).await;
    assert_eq!(peer.receive(0x92).await, [&QUESTION[..], &[0, 40]].concat());

    for (who, payload, status) in [(&guess[..], &[2][..], 1), (target, &[], 4), (target, &[2, 2], 4)] {
        peer.send(0x91, &[who, &add, &[1], &QUESTION, &NO_LIMIT, payload]).await;
        assert_eq!(peer.receive(0x92).await[..9], [&QUESTION[..], &[status]].concat(), "{payload:?}");
        peer.send(0x90, &[who, &add, &[1], payload]).await;
    }
    // Another codec, and another message.
    peer.send(0x90, &[target, &add, &[9], &[2]]).await;
    peer.send(0x90, &[target, &wire_id("counter.subtract/1"), &[1], &[2]]).await;
    peer.send(0x91, &[target, &add, &[1], &QUESTION, &NO_LIMIT, &[2]]).await;
    assert_eq!(peer.receive(0x92).await, [&QUESTION[..], &[0, 42]].concat(), "nothing else was added");
    let counts = pair.home.dead_letter_counts();
    assert_eq!(
        (counts.of(DeadLetterReason::NoActor), counts.of(DeadLetterReason::Undecodable), counts.total()),
        (1, 4, 5)
    );
}
