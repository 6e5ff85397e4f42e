//! Subscriptions as streams.

use std::pin::Pin;

use actors::prelude::*;
use futures_core::Stream;

use crate::support::{Drawn, draw, seconds};

#[tokio::test]
async fn a_stream_gives_what_comes_in_order() {
    let bus = ActorSystem::new().bus();
    let mut stream = bus.subscribe::<Drawn>().into_stream();
    let reader = tokio::spawn(async move {
        let mut all = Vec::new();
        while all.len() < 100 {
            all.push(std::future::poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await.unwrap().0);
        }
        all
    });
    for number in 0..100 {
        draw(&bus, [number]).await;
        tokio::task::yield_now().await;
    }
    assert!(reader.await.unwrap().into_iter().eq(0..100));
}

#[tokio::test(start_paused = true)]
async fn giving_up_a_wait_loses_nothing() {
    let bus = ActorSystem::new().bus();
    let mut stream = bus.subscribe::<Drawn>().into_stream();
    assert!(tokio::time::timeout(seconds(1), stream.next()).await.is_err());
    draw(&bus, [1, 2]).await;
    assert_eq!((stream.next().await, stream.next().await), (Some(Drawn(1)), Some(Drawn(2))));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_holds_nobody_up() {
    let bus = ActorSystem::new().bus();
    let stream = bus.subscribe::<Drawn>().capacity(1).into_stream();
    draw(&bus, [1]).await;
    let publisher = {
        let bus = bus.clone();
        tokio::spawn(async move { draw(&bus, [2]).await })
    };
    tokio::time::sleep(seconds(1)).await;
    assert!(!publisher.is_finished(), "the stream is full");
    drop(stream);
    publisher.await.unwrap();
    draw(&bus, 0..100).await;
}
