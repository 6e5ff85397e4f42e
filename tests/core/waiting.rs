//! The line of senders that wait for room: first come, first served, and nobody is missed who leaves it.

use actors::prelude::*;
use actors::{DeadLetterReason, Tell};

use crate::support::*;

/// A full mailbox of one, and senders of 1, 2, 3, … in its line.
async fn line(system: &ActorSystem, length: u64) -> (ActorRef<Scribe>, Scribe, Vec<Tell<'static, Write>>) {
    let (actor, scribe) = held(system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let mut senders = Vec::new();
    for number in 1..=length {
        let mut tell = actor.write(number).owned().tell();
        assert!(poll_once(&mut tell).await.is_none());
        senders.push(tell);
    }
    (actor, scribe, senders)
}

#[tokio::test]
async fn whoever_leaves_the_line_leaves_the_others_their_places() {
    let system = ActorSystem::new();
    for leaving in [&[0][..], &[2], &[4], &[0, 1], &[1, 2, 3], &[0, 2, 4], &[0, 1, 2, 3, 4]] {
        let (actor, scribe, senders) = line(&system, 5).await;
        let (mut staying, mut expected) = (Vec::new(), vec![0]);
        for (at, sender) in senders.into_iter().enumerate() {
            if !leaving.contains(&at) {
                staying.push(sender);
                expected.push(at as u64 + 1);
            }
        }
        scribe.gate.notify_one();
        for sender in staying {
            sender.await.unwrap();
        }
        settle().await;
        actor.try_tell(Write { number: 9 }).expect("the line is empty and the mailbox too");
        expected.push(9);
        settle().await;
        assert_eq!(written(&scribe), expected, "without {leaving:?}");
    }
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn a_sender_that_leaves_after_it_was_let_in_has_sent() {
    let system = ActorSystem::new();
    let (actor, scribe, mut senders) = line(&system, 2).await;
    scribe.gate.notify_one();
    settle().await;
    drop(senders.remove(0));
    senders.remove(0).await.unwrap();
    actor.write(3).await.unwrap();
    assert_eq!(written(&scribe), [0, 1, 2, 3]);
}

#[tokio::test]
async fn an_asker_in_the_line_can_leave_too() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let mut asks: Vec<_> = (1..=5).map(|number| Some(actor.write(number))).collect();
    for ask in asks.iter_mut().flatten() {
        assert!(poll_once(ask).await.is_none());
    }
    asks[0] = None;
    asks[3] = None;
    scribe.gate.notify_one();
    for (number, ask) in (1..).zip(asks) {
        if let Some(ask) = ask {
            assert_eq!(ask.await, Ok(number));
        }
    }
    assert_eq!(written(&scribe), [0, 2, 3, 5]);
}

#[tokio::test(start_paused = true)]
async fn an_ask_that_expires_in_the_line_was_never_in_the_mailbox() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let mut behind = actor.write(2).timeout(seconds(60));
    let mut expiring = actor.write(1).timeout(seconds(1));
    assert!(poll_once(&mut expiring).await.is_none());
    assert!(poll_once(&mut behind).await.is_none());
    assert_eq!(expiring.await, Err(AskError::Timeout(seconds(1))));
    scribe.gate.notify_one();
    assert_eq!(behind.await, Ok(2));
    assert_eq!(written(&scribe), [0, 2]);
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn urgent_senders_wait_in_the_same_line() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let mut first = actor.tell(Write { number: 1 });
    let mut urgent = actor.tell(Write { number: 2 }).urgent();
    assert!(poll_once(&mut first).await.is_none());
    assert!(poll_once(&mut urgent).await.is_none(), "the bound is one for both lanes");
    scribe.gate.notify_one();
    first.await.unwrap();
    urgent.await.unwrap();
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [0, 1, 2]);
}

#[tokio::test]
async fn however_the_actor_ends_each_sender_in_the_line_gets_its_message_back_or_a_dead_letter() {
    type End = fn(&ActorRef<Scribe>);
    let ends: [(End, u64); 3] =
        [(|actor| actor.stop(), 1), (|actor| actor.stop_now(), 0), (|actor| actor.kill(), 0)];
    for (end, handled) in ends {
        let system = ActorSystem::new();
        let (actor, scribe, tells) = line(&system, 5).await;
        let mut ask = actor.write(6);
        assert!(poll_once(&mut ask).await.is_none());
        end(&actor);
        scribe.gate.notify_one();
        actor.wait().await;
        let mut returned = 0;
        for (number, tell) in (1..).zip(tells) {
            if let Err(error) = tell.await {
                assert!(error.is_stopped());
                assert_eq!(error.into_message().number, number);
                returned += 1;
            }
        }
        assert_eq!(ask.await, Err(AskError::Stopped), "not after its timeout");
        assert_eq!(written(&scribe).len() as u64, handled, "what was queued before a graceful stop");
        let dead = system.dead_letter_counts().of(DeadLetterReason::Stopped);
        assert_eq!(handled + returned + dead, 6, "{handled} handled, {returned} returned, {dead} dead");
    }
}
