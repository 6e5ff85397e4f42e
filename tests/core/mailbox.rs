//! Bounds, overflow policies, lanes and order.

use actors::prelude::*;
use actors::{DeadLetterReason, StartError};

use crate::support::*;

#[tokio::test]
async fn the_default_holds_1024_and_try_tell_gives_the_message_back() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    for number in 0..1024 {
        actor.try_tell(Write { number }).unwrap();
    }
    let error = actor.try_tell(Write { number: 7 }).unwrap_err();
    assert!(error.is_full());
    assert_eq!(error.into_message().number, 7);
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), (0..1024).collect::<Vec<_>>());
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn waiting_senders_are_served_in_the_order_they_came() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(2)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    actor.try_tell(Write { number: 1 }).unwrap();
    let mut senders = Vec::new();
    for number in 2..50 {
        let mut tell = Box::pin({
            let actor = actor.clone();
            async move { actor.tell(Write { number }).await }
        });
        // Polled once in a known order: each has its place in the line.
        assert!(poll_once(&mut tell).await.is_none());
        senders.push(tokio::spawn(tell));
    }
    scribe.gate.notify_one();
    for sender in senders {
        sender.await.unwrap().unwrap();
    }
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), (0..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_sender_that_gives_up_waiting_leaves_no_message_and_no_gap() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let mut first = Box::pin(actor.tell(Write { number: 1 }));
    let mut second = Box::pin(actor.tell(Write { number: 2 }));
    assert!(poll_once(&mut first).await.is_none());
    assert!(poll_once(&mut second).await.is_none());
    assert!(actor.try_tell(Write { number: 9 }).unwrap_err().is_full());
    drop(first);
    scribe.gate.notify_one();
    second.await.unwrap();
    actor.stop();
    actor.wait().await;
    assert_eq!(written(&scribe), [0, 2]);
}

#[tokio::test]
async fn a_stop_fails_the_senders_that_wait_and_gives_their_messages_back() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let waiting = tokio::spawn({
        let actor = actor.clone();
        async move { actor.tell(Write { number: 1 }).await }
    });
    tokio::task::yield_now().await;
    actor.stop_now();
    scribe.gate.notify_one();
    let error = waiting.await.unwrap().unwrap_err();
    assert!(error.is_stopped());
    assert_eq!(error.into_message().number, 1);
}

#[tokio::test]
async fn reject_refuses_tells_and_asks_at_once() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1).on_full(OnFull::Reject)).await;
    actor.tell(Write { number: 0 }).await.unwrap();
    assert!(actor.tell(Write { number: 1 }).await.unwrap_err().is_full());
    assert_eq!(actor.ask(Write { number: 2 }).await, Err(AskError::Full));
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [0]);
}

#[tokio::test]
async fn drop_newest_keeps_what_is_queued_and_counts_the_rest() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(2).on_full(OnFull::DropNewest)).await;
    for number in 0..10 {
        actor.tell(Write { number }).await.unwrap();
    }
    assert_eq!(actor.ask(Write { number: 10 }).await, Err(AskError::Full));
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [0, 1]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Dropped), 9);
}

#[tokio::test]
async fn drop_oldest_keeps_the_latest_and_counts_the_rest() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(2).on_full(OnFull::DropOldest)).await;
    for number in 0..10 {
        actor.tell(Write { number }).await.unwrap();
    }
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [8, 9]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Dropped), 8);
}

#[tokio::test]
async fn drop_oldest_never_drops_the_order_to_stop() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(2).on_full(OnFull::DropOldest)).await;
    actor.stop();
    for number in 0..10 {
        actor.tell(Write { number }).await.unwrap();
    }
    scribe.gate.notify_one();
    assert!(matches!(actor.wait().await, ExitReason::Normal));
    assert_eq!(written(&scribe), []);
}

#[tokio::test]
async fn unbounded_takes_everything() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::unbounded()).await;
    for number in 0..10_000 {
        actor.try_tell(Write { number }).unwrap();
    }
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe).len(), 10_000);
}

#[tokio::test]
async fn urgent_messages_go_first_and_in_their_own_order() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    for number in 0..3 {
        actor.tell(Write { number }).await.unwrap();
    }
    actor.tell(Write { number: 10 }).urgent().await.unwrap();
    actor.write(11).urgent().tell().await.unwrap();
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [10, 11, 0, 1, 2]);
}

#[tokio::test]
async fn asks_and_tells_of_one_sender_keep_their_order() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let mut asks = Vec::new();
    for number in (0..20).step_by(2) {
        actor.tell(Write { number }).await.unwrap();
        let mut ask = Box::pin(actor.write(number + 1));
        assert!(poll_once(&mut ask).await.is_none());
        asks.push(ask);
    }
    scribe.gate.notify_one();
    for (at, ask) in asks.into_iter().enumerate() {
        assert_eq!(ask.await, Ok(at as u64 * 2 + 1));
    }
    assert_eq!(written(&scribe), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn messages_sent_at_once_by_many_are_all_handled_once_and_in_order_for_each() {
    struct Tally([u64; 8]);
    impl Actor for Tally {}
    #[handlers]
    impl Tally {
        #[handler]
        fn count(&mut self, sender: usize, number: u64) {
            assert_eq!(self.0[sender], number, "sender {sender} out of order");
            self.0[sender] += 1;
        }
        #[handler]
        fn counts(&mut self) -> [u64; 8] {
            self.0
        }
    }
    let system = ActorSystem::new();
    for mailbox in [Mailbox::bounded(3), Mailbox::default(), Mailbox::unbounded()] {
        let tally = system.actor(|| Tally([0; 8])).mailbox(mailbox).spawn();
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let tally = tally.clone();
                tokio::spawn(async move {
                    for number in 0..2_000 {
                        tally.tell(Count { sender, number }).await.unwrap();
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.await.unwrap();
        }
        assert_eq!(tally.counts().await, Ok([2_000; 8]));
    }
}

#[tokio::test]
async fn a_flooded_actor_lets_its_neighbours_on_the_same_worker_run() {
    // One worker thread: without a budget the flooded actor would never give way.
    let system = ActorSystem::new();
    let journal = Journal::default();
    let flooded = system.actor(Scribe::default).mailbox(Mailbox::unbounded()).spawn();
    let neighbour = system.spawn(Scribe::named("neighbour ", &journal));
    for number in 0..100_000 {
        flooded.try_tell(Write { number }).unwrap();
    }
    let mut last = Box::pin(flooded.write(0));
    assert!(poll_once(&mut last).await.is_none());
    neighbour.write(1).await.unwrap();
    assert!(poll_once(&mut last).await.is_none(), "the neighbour had to wait for the whole flood");
}

#[tokio::test]
async fn options_of_the_type_choose_the_mailbox() {
    #[derive(Actor, Default)]
    #[actor(mailbox = 1, on_full = reject)]
    struct Narrow;
    #[handlers]
    impl Narrow {
        #[handler]
        async fn wait_for_ever(&mut self) {
            std::future::pending::<()>().await;
        }
    }
    let system = ActorSystem::new();
    let narrow = system.spawn(Narrow);
    let mut running = Box::pin(narrow.wait_for_ever());
    assert!(poll_once(&mut running).await.is_none());
    tokio::task::yield_now().await;
    narrow.wait_for_ever().try_tell().unwrap();
    assert!(narrow.wait_for_ever().try_tell().unwrap_err().is_full());
    narrow.kill();
}

#[tokio::test]
async fn names_outside_the_grammar_do_not_start() {
    let system = ActorSystem::new();
    let error = system.actor(Scribe::default).name("no spaces").start().await.unwrap_err();
    assert!(matches!(error, StartError::InvalidName(_)), "{error}");
}

#[tokio::test]
async fn nobody_has_to_ask_for_the_bound_of_1024_nor_gets_none_by_accident() {
    #[derive(Actor)]
    #[actor(mailbox = unbounded)]
    struct Endless;

    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::default());
    assert_eq!(actor.snapshot().mailbox_bound, Some(1024));
    actor.suspend();
    (0..1024).for_each(|number| actor.try_tell(Write { number }).unwrap());
    assert!(actor.try_tell(Write { number: 1024 }).unwrap_err().is_full());
    let mut waits = actor.tell(Write { number: 1024 });
    assert!(poll_once(&mut waits).await.is_none(), "and the policy is to wait");

    assert_eq!(system.spawn(Endless).snapshot().mailbox_bound, None);
    let unbounded = ActorSystem::builder().default_mailbox(Mailbox::unbounded()).build();
    assert_eq!(unbounded.spawn(Scribe::default()).snapshot().mailbox_bound, None);
}
