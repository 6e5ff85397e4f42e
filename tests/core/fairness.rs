//! A flooded actor gives way. Counted in messages, not in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actors::prelude::*;

use crate::support::*;

/// Messages in a few turns. One turn is 64, and a question to a neighbour takes two turns of others, there and back.
const A_FEW_TURNS: u64 = 64 * 8;

const FLOOD: u64 = 50_000;

#[derive(Actor, Default)]
struct Flooded(Arc<AtomicU64>);

#[handlers]
impl Flooded {
    #[handler]
    fn count(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Ready at once although it is async.
    #[handler]
    async fn count_async(&mut self) {
        std::future::ready(()).await;
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Actor, Default)]
struct Neighbour;

#[handlers]
impl Neighbour {
    #[handler]
    fn nothing(&mut self) {}
}

/// Asks a neighbour again and again while the flood lasts; gives the most messages handled between two answers.
///
/// From a task: the future that a runtime blocks on has its turn only after many tasks'.
async fn most_between_two_answers(handled: Arc<AtomicU64>, until: u64) -> u64 {
    let neighbour = ActorSystem::new().spawn(Neighbour);
    let asking = tokio::spawn(async move {
        let (mut before, mut most) = (handled.load(Ordering::Relaxed), 0);
        while before < until {
            neighbour.nothing().await.unwrap();
            let now = handled.load(Ordering::Relaxed);
            most = most.max(now - before);
            before = now;
        }
        most
    });
    asking.await.unwrap()
}

#[tokio::test]
async fn a_flood_that_lies_in_the_mailbox_lets_neighbours_have_their_turns() {
    for kind in 0..3 {
        let handled = Arc::<AtomicU64>::default();
        let state = handled.clone();
        let system = ActorSystem::new();
        let flooded = system.actor(move || Flooded(state.clone())).mailbox(Mailbox::unbounded()).spawn();
        for _ in 0..FLOOD {
            match kind {
                0 => flooded.count().try_tell().unwrap(),
                1 => flooded.count_async().try_tell().unwrap(),
                _ => flooded.count().urgent().tell().await.unwrap(),
            }
        }
        let most = most_between_two_answers(handled, FLOOD).await;
        assert!(most <= A_FEW_TURNS, "{most} between two answers");
    }
}

#[tokio::test]
async fn a_flood_from_senders_that_never_pause_lets_neighbours_have_their_turns() {
    let handled = Arc::<AtomicU64>::default();
    let state = handled.clone();
    let system = ActorSystem::new();
    let flooded = system.actor(move || Flooded(state.clone())).spawn();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let flooded = flooded.clone();
            tokio::spawn(async move { while flooded.count().tell().await.is_ok() {} })
        })
        .collect();
    // Each sender fills the mailbox in its turn, and the actor has its own between theirs.
    let most = most_between_two_answers(handled, FLOOD).await;
    assert!(most <= A_FEW_TURNS, "{most} between two answers");
    flooded.kill();
    for sender in senders {
        sender.await.unwrap();
    }
}

#[tokio::test]
async fn two_actors_that_flood_each_other_let_a_third_have_its_turns() {
    #[derive(Actor, Default)]
    struct Player(Arc<AtomicU64>);
    #[handlers]
    impl Player {
        #[handler]
        fn play(&mut self, other: Option<ActorRef<Player>>, ctx: &mut Context<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
            if let Some(other) = other {
                drop(other.play(Some(ctx.myself())).try_tell());
            }
        }
    }
    let played = Arc::<AtomicU64>::default();
    let system = ActorSystem::new();
    let [one, other] = [(); 2].map(|()| {
        let played = played.clone();
        system.actor(move || Player(played.clone())).mailbox(Mailbox::unbounded()).spawn()
    });
    for _ in 0..1_000 {
        one.play(Some(other.clone())).try_tell().unwrap();
    }
    let most = most_between_two_answers(played, FLOOD).await;
    assert!(most <= A_FEW_TURNS, "{most} between two answers");
    one.kill();
    other.kill();
    settle().await;
}
