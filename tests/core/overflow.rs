//! What does not fit: each policy to the message, for every way to send.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actors::prelude::*;
use actors::{DeadLetterCounts, DeadLetterReason};

use crate::support::*;

fn dropped(system: &ActorSystem) -> u64 {
    let counts: DeadLetterCounts = system.dead_letter_counts();
    assert_eq!(counts.total(), counts.of(DeadLetterReason::Dropped), "nothing else was lost");
    counts.total()
}

#[tokio::test]
async fn reject_gives_everything_back_and_counts_no_dead_letter() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(3).on_full(OnFull::Reject)).await;
    let recipient = actor.recipient::<Write>();
    for number in 0..3 {
        actor.tell(Write { number }).await.unwrap();
    }
    for number in 10..20 {
        let returned = [
            actor.tell(Write { number }).await,
            actor.try_tell(Write { number }),
            recipient.tell(Write { number }).await,
            actor.tell(Write { number }).urgent().await,
        ];
        for outcome in returned {
            let error = outcome.unwrap_err();
            assert!(error.is_full());
            assert_eq!(error.into_message().number, number);
        }
        assert_eq!(actor.ask(Write { number }).await, Err(AskError::Full));
        assert_eq!(recipient.ask(Write { number }).await, Err(AskError::Full));
        assert_eq!(actor.write(number).urgent().await, Err(AskError::Full));
    }
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [0, 1, 2]);
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn drop_newest_drops_tells_and_asks_in_every_lane() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(3).on_full(OnFull::DropNewest)).await;
    for number in 0..3 {
        actor.try_tell(Write { number }).unwrap();
    }
    for number in 10..20 {
        actor.tell(Write { number }).await.unwrap();
        actor.try_tell(Write { number }).unwrap();
        actor.tell(Write { number }).urgent().await.unwrap();
        assert_eq!(actor.ask(Write { number }).await, Err(AskError::Full), "at once");
    }
    assert_eq!(dropped(&system), 40);
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [0, 1, 2]);
    assert_eq!(dropped(&system), 40);
}

#[tokio::test]
async fn drop_oldest_fails_the_ask_it_drops_at_once() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(2).on_full(OnFull::DropOldest)).await;
    let mut oldest = actor.write(0);
    let mut older = actor.write(1);
    assert!(poll_once(&mut oldest).await.is_none());
    assert!(poll_once(&mut older).await.is_none());
    actor.tell(Write { number: 2 }).await.unwrap();
    assert_eq!(poll_once(&mut oldest).await, Some(Err(AskError::Full)));
    assert!(poll_once(&mut older).await.is_none());
    actor.try_tell(Write { number: 3 }).unwrap();
    assert_eq!(poll_once(&mut older).await, Some(Err(AskError::Full)));
    let mut newest = actor.write(4);
    assert!(poll_once(&mut newest).await.is_none());
    assert_eq!(dropped(&system), 3);
    scribe.gate.notify_one();
    assert_eq!(newest.await, Ok(4));
    assert_eq!(written(&scribe), [3, 4]);
}

#[tokio::test]
async fn drop_oldest_makes_room_for_the_urgent_and_keeps_the_order_of_the_rest() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(4).on_full(OnFull::DropOldest)).await;
    for number in 0..4 {
        actor.try_tell(Write { number }).unwrap();
    }
    for number in 10..12 {
        actor.tell(Write { number }).urgent().await.unwrap();
    }
    assert_eq!(dropped(&system), 2);
    for number in 4..6 {
        actor.try_tell(Write { number }).unwrap();
    }
    assert_eq!(dropped(&system), 4);
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), [10, 11, 4, 5]);
    assert_eq!(dropped(&system), 4);
}

/// Counts how many of its kind exist.
struct Alive(Arc<Census>);

#[derive(Default)]
struct Census {
    now: AtomicUsize,
    most: AtomicUsize,
    handled: AtomicUsize,
}

impl Alive {
    fn new(census: &Arc<Census>) -> Self {
        let now = census.now.fetch_add(1, Ordering::Relaxed) + 1;
        census.most.fetch_max(now, Ordering::Relaxed);
        Self(census.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Actor)]
struct Slow;

#[handlers]
impl Slow {
    #[handler]
    async fn take(&mut self, alive: Alive) {
        alive.0.handled.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_overload_no_more_messages_exist_than_the_bound_allows() {
    const SENDERS: usize = 8;
    const EACH: usize = 2_000;
    const BOUND: usize = 32;
    for policy in [OnFull::Wait, OnFull::Reject, OnFull::DropNewest, OnFull::DropOldest] {
        let system = ActorSystem::new();
        let census = Arc::<Census>::default();
        let slow = system.actor(|| Slow).mailbox(Mailbox::bounded(BOUND).on_full(policy)).spawn();
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let (slow, census) = (slow.clone(), census.clone());
                tokio::spawn(async move {
                    let mut rejected = 0;
                    for _ in 0..EACH {
                        rejected += usize::from(slow.take(Alive::new(&census)).tell().await.is_err());
                    }
                    rejected
                })
            })
            .collect();
        let mut rejected = 0;
        for sender in senders {
            rejected += sender.await.unwrap();
        }
        slow.stop();
        slow.wait().await;
        let handled = census.handled.load(Ordering::Relaxed);
        assert_eq!(handled + rejected + dropped(&system) as usize, SENDERS * EACH, "{policy:?}");
        assert!(rejected == 0 || policy == OnFull::Reject, "{policy:?} rejected {rejected}");
        // One in the handler, and one in the hands of each sender; a dropped one may be on its way out there too.
        let most = census.most.load(Ordering::Relaxed);
        assert!(most <= BOUND + 1 + 2 * SENDERS, "{policy:?}: {most} messages for a bound of {BOUND}");
        assert_eq!(census.now.load(Ordering::Relaxed), 0);
    }
}
