//! Peers that do not speak the protocol.

use std::net::SocketAddr;

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

#[tokio::test]
async fn a_guessed_actor_and_an_unreadable_message_are_answered_and_counted() {
    let pair = pair().await;
    let mut stream = TcpStream::connect(pair.node.address()).await.unwrap();
    stream.write_all(&HELLO).await.unwrap();
    let mut ask = vec![0x91, 0];
    for field in [1_u64, 42, 7] {
        ask.extend(field.to_le_bytes());
    }
    ask.push(1);
    ask.extend(5_u64.to_le_bytes());
    ask.extend(1000_u32.to_le_bytes());
    stream.write_all(&(ask.len() as u32).to_le_bytes()).await.unwrap();
    stream.write_all(&ask).await.unwrap();
    // WELCOME, then REPLY 5 "stopped"; PINGs may come between.
    let mut header = [0; 6];
    loop {
        stream.read_exact(&mut header).await.unwrap();
        let mut body = vec![0; u32::from_le_bytes(header[..4].try_into().unwrap()) as usize - 2];
        stream.read_exact(&mut body).await.unwrap();
        if header[4] == 0x92 {
            assert_eq!(body, [5, 0, 0, 0, 0, 0, 0, 0, 1]);
            break;
        }
    }
    assert!(pair.counter.is_alive());
}
