//! What travels.

use actors::prelude::*;
use actors::{CallError, RemoteLookupError};

use super::*;

#[tokio::test]
async fn the_documented_program_runs() -> actors::Result<()> {
    let (system, elsewhere) = (ActorSystem::new(), ActorSystem::new());
    let counter = system.spawn(Counter::default());
    let node = Node::builder("a").listen("127.0.0.1:0").auth(Auth::Insecure).start(&system).await?;
    node.export("counter", &counter).accept::<Add>();
    let other = Node::builder("b").auth(Auth::Insecure).start(&elsewhere).await?;
    let peer = other.connect(node.address()).await?;
    let remote: RemoteRef<Counter> = peer.lookup("counter").await?;
    assert_eq!(remote.ask(Add { by: 1 }).await?, 1);
    assert_eq!(remote.add(1).await?, 2);
    let anywhere: Recipient<Add> = remote.recipient();
    anywhere.tell(Add { by: 3 }).await?;
    assert_eq!(anywhere.ask(Add { by: 0 }).await?, 5);
    assert_eq!((peer.name(), remote.path().as_str()), ("a", "/a/counter"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tells_and_asks_of_one_sender_arrive_in_order_and_none_is_lost() {
    let pair = pair().await;
    let remote = pair.remote().await;
    for number in 0..20_000 {
        remote.tell(Add { by: number }).await.unwrap();
        if number % 5_000 == 0 {
            remote.add(0).await.unwrap();
        }
    }
    let seen: Vec<_> = remote.seen().await.unwrap().into_iter().filter(|number| *number > 0).collect();
    assert_eq!(seen, (1..20_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn errors_of_handlers_come_back_typed() {
    let pair = pair().await;
    let remote = pair.remote().await;
    remote.add(10).await.unwrap();
    assert_eq!(remote.spend(4).await, Ok(6));
    assert_eq!(remote.spend(11).await, Err(CallError::Handler(TooMuch(11))));
}

#[tokio::test]
async fn what_is_not_exported_or_not_accepted_is_refused_at_once() {
    let pair = pair().await;
    let missing = pair.peer.lookup::<Counter>("nobody").await;
    assert!(matches!(missing, Err(RemoteLookupError::NotFound { .. })));
    pair.node.export("narrow", &pair.counter).accept::<Add>();
    let narrow: RemoteRef<Counter> = pair.peer.lookup("narrow").await.unwrap();
    assert_eq!(narrow.add(1).await, Ok(1));
    let refused = narrow.seen().await.unwrap_err();
    assert_eq!(refused, AskError::Rejected("\"narrow\" does not accept this message".into()));
    narrow.seen().tell().await.unwrap();
    narrow.add(0).await.unwrap();
    assert_eq!(pair.home.dead_letter_counts().of(actors::DeadLetterReason::Undecodable), 1);
    assert!(pair.node.unexport("narrow"));
    assert_eq!(narrow.add(1).await, Err(AskError::Stopped));
    narrow.tell(Add { by: 1 }).await.unwrap();
    pair.remote().await.add(0).await.unwrap();
    assert_eq!(pair.home.dead_letter_counts().of(actors::DeadLetterReason::NoActor), 1);
}

#[tokio::test]
async fn an_export_that_was_replaced_is_another_actor() {
    let pair = pair().await;
    let old = pair.remote().await;
    let new = pair.home.spawn(Counter::default());
    pair.node.export("counter", &new).accept::<Add>();
    assert_eq!(old.add(1).await, Err(AskError::Stopped), "never delivered to another actor of the same name");
    assert_eq!(pair.remote().await.add(7).await, Ok(7));
}

#[tokio::test]
async fn a_message_that_is_too_large_is_its_senders_error_and_the_connection_goes_on() {
    let pair = pair().await;
    let remote = pair.remote().await;
    assert_eq!(remote.store(vec![7; 1_000_000]).await, Ok(1_000_000));
    let error = remote.tell(Store { bytes: vec![7; 2_000_000] }).await.unwrap_err();
    assert!(error.to_string().contains("a frame holds"), "{error}");
    assert_eq!(error.into_message().bytes.len(), 2_000_000);
    assert!(matches!(remote.store(vec![7; 2_000_000]).await, Err(AskError::Rejected(_))));
    assert_eq!(remote.add(1).await, Ok(1));
}

#[tokio::test]
async fn references_compare_by_actor() {
    let pair = pair().await;
    let (one, two) = (pair.remote().await, pair.remote().await);
    assert_eq!(one, two);
    assert_eq!(one.recipient::<Add>(), two.recipient::<Add>());
    pair.node.export("again", &pair.counter).accept::<Add>();
    let again: RemoteRef<Counter> = pair.peer.lookup("again").await.unwrap();
    assert_ne!(one, again);
}

#[tokio::test]
async fn both_sides_of_a_connection_can_export() {
    let pair = pair().await;
    let local = pair.away.spawn(Counter::default());
    pair.other.export("mine", &local).accept::<Add>();
    while pair.node.peers().is_empty() {
        tokio::task::yield_now().await;
    }
    let back = &pair.node.peers()[0];
    assert_eq!(back.name(), "b");
    let remote: RemoteRef<Counter> = back.lookup("mine").await.unwrap();
    assert_eq!(remote.add(3).await, Ok(3));
}
