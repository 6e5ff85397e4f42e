//! A panic ends one life and nothing else, wherever it comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actors::prelude::*;
use actors::{DeadLetterReason, StartError};

use crate::support::*;

/// Panics when dropped, if it is armed.
struct Bomb(Arc<AtomicBool>);

impl Bomb {
    fn armed() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0.swap(false, Ordering::Relaxed) && !std::thread::panicking() {
            panic!("in drop");
        }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Spot {
    StartedAtOnce,
    StartedLater,
    StoppedAtOnce,
    StoppedLater,
    HandlerAtOnce,
    HandlerLater,
    HandlerOfMessageDrop,
    HandlerOfReplyDrop,
    ActorDrop,
    Nowhere,
}

struct Fragile {
    spot: Spot,
    bomb: Option<Bomb>,
    journal: Journal,
}

impl Fragile {
    fn new(spot: Spot, journal: &Journal) -> Self {
        let bomb = (spot == Spot::ActorDrop).then(Bomb::armed);
        Self { spot, bomb, journal: journal.clone() }
    }

    fn panic_at(&self, spot: Spot) {
        assert!(self.spot != spot, "at {spot:?}");
    }
}

impl Actor for Fragile {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.panic_at(Spot::StartedAtOnce);
        tokio::task::yield_now().await;
        self.panic_at(Spot::StartedLater);
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        self.panic_at(Spot::StoppedAtOnce);
        tokio::task::yield_now().await;
        self.panic_at(Spot::StoppedLater);
        self.journal.note("stopped");
    }
}

struct Loud {
    _bomb: Option<Bomb>,
}

#[handlers]
impl Fragile {
    #[handler]
    async fn work(&mut self) -> Loud {
        self.panic_at(Spot::HandlerAtOnce);
        tokio::task::yield_now().await;
        self.panic_at(Spot::HandlerLater);
        if self.spot == Spot::HandlerOfMessageDrop {
            drop(Bomb::armed());
        }
        Loud { _bomb: (self.spot == Spot::HandlerOfReplyDrop).then(Bomb::armed) }
    }

    #[handler]
    fn is_armed(&self) -> bool {
        self.bomb.is_some()
    }

    #[handler]
    fn take(&mut self, bomb: Bomb) {
        drop(bomb);
    }

    #[handler]
    async fn nap(&mut self, millis: u64) {
        tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
    }
}

#[derive(Actor)]
struct Witness(Journal);

#[derive(Message)]
struct Gone(&'static str);

impl Handler<Gone> for Witness {
    async fn handle(&mut self, gone: Gone, _: &mut Context<Self>) {
        self.0.note(gone.0);
    }
}

#[handlers]
impl Witness {
    #[handler]
    fn watch_it(&mut self, fragile: ActorRef<Fragile>, ctx: &mut Context<Self>) {
        ctx.watch_with(&fragile, Gone("gone"));
    }
}

#[tokio::test]
async fn panics_everywhere_end_one_life_and_are_told_as_its_reason() {
    // One thread: a panic that got through would end the test.
    for (spot, reason, says_farewell) in [
        (Spot::StartedAtOnce, "panicked: at StartedAtOnce", false),
        (Spot::StartedLater, "panicked: at StartedLater", false),
        (Spot::StoppedAtOnce, "panicked: at StoppedAtOnce", false),
        (Spot::StoppedLater, "panicked: at StoppedLater", false),
        (Spot::HandlerAtOnce, "panicked: at HandlerAtOnce", true),
        (Spot::HandlerLater, "panicked: at HandlerLater", true),
        (Spot::HandlerOfMessageDrop, "panicked: in drop", true),
        (Spot::HandlerOfReplyDrop, "panicked: in drop", true),
        (Spot::ActorDrop, "normal", true),
        (Spot::Nowhere, "normal", true),
    ] {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        let actor = system.spawn(Fragile::new(spot, &journal));
        let witness = system.spawn(Witness(journal.clone()));
        witness.watch_it(actor.clone()).await.unwrap();
        // One that could not start has ended already.
        let _ = actor.work().try_tell();
        actor.stop();
        assert_eq!(actor.wait().await.to_string(), reason);
        settle().await;
        let mut expected = vec!["gone"];
        if says_farewell {
            expected.insert(0, "stopped");
        }
        assert_eq!(journal.entries(), expected, "{spot:?}");
        assert!(witness.is_alive());
    }
}

#[tokio::test]
async fn whoever_starts_hears_of_a_panic_in_started_also_after_an_await() {
    let system = ActorSystem::new();
    for spot in [Spot::StartedAtOnce, Spot::StartedLater] {
        let error = system.actor(move || Fragile::new(spot, &Journal::default())).name("a").start().await;
        assert!(matches!(error, Err(StartError::Panicked(text)) if text == format!("at {spot:?}")));
    }
}

#[tokio::test]
async fn a_panic_in_the_drop_of_a_state_does_not_keep_the_next_life_from_starting() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let actor = system
        .actor(move || Fragile::new(Spot::ActorDrop, &journal))
        .restart(Restart::permanent().max(9, seconds(5)))
        .spawn();
    for _ in 0..3 {
        assert_eq!(actor.is_armed().await, Ok(true));
        actor.stop();
    }
    assert_eq!(actor.is_armed().await, Ok(true));
    assert_eq!(system.restarts(), 0, "no life failed");
}

#[tokio::test(start_paused = true)]
async fn messages_whose_drop_panics_hurt_nobody_on_their_way_out() {
    let system = ActorSystem::new();
    let journal = Journal::default();
    for policy in [OnFull::DropNewest, OnFull::DropOldest] {
        let in_actor = journal.clone();
        let actor = system
            .actor(move || Fragile::new(Spot::Nowhere, &in_actor))
            .mailbox(Mailbox::bounded(1).on_full(policy))
            .spawn();
        for _ in 0..5 {
            actor.take(Bomb::armed()).tell().await.unwrap();
        }
        actor.kill();
        assert!(matches!(actor.wait().await, ExitReason::Killed));
    }
    let counts = system.dead_letter_counts();
    assert_eq!((counts.of(DeadLetterReason::Dropped), counts.of(DeadLetterReason::Stopped)), (8, 2));

    // A question that has expired is dropped by the actor; its neighbours go on either way.
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let fragile = system.spawn(Fragile::new(Spot::Nowhere, &journal));
    drop(fragile.take(Bomb::armed()).tell().await);
    let panicked = fragile.wait().await.to_string();
    assert_eq!(panicked, "panicked: in drop", "the handler dropped it");
    finish(&actor, &scribe).await;
}

#[tokio::test(start_paused = true)]
async fn a_question_whose_drop_panics_ends_no_actor_and_its_asker_hears_why() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let patience = std::time::Duration::from_millis(10);
    let actor = system.spawn(Fragile::new(Spot::Nowhere, &journal));
    actor.nap(100).tell().await.unwrap();
    let expired = actor.take(Bomb::armed()).timeout(patience).await;
    assert_eq!(expired, Err(AskError::Timeout(patience)));
    assert_eq!(actor.is_armed().await, Ok(false), "it is passed over, and the next question handled");

    for policy in [OnFull::DropNewest, OnFull::DropOldest] {
        let in_actor = journal.clone();
        let actor = system
            .actor(move || Fragile::new(Spot::Nowhere, &in_actor))
            .mailbox(Mailbox::bounded(1).on_full(policy))
            .spawn();
        actor.nap(100).tell().await.unwrap();
        settle().await;
        let mut first = actor.take(Bomb::armed());
        assert_eq!(poll_once(&mut first).await, None);
        let mut second = actor.take(Bomb::armed());
        let second_now = poll_once(&mut second).await;
        let dropped = if policy == OnFull::DropNewest { second_now.unwrap() } else { first.await };
        assert_eq!(dropped, Err(AskError::Full), "{policy:?}");
        actor.kill();
    }
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Dropped), 2);
}

#[tokio::test]
async fn a_panic_in_a_parent_or_child_leaves_the_rest_of_the_family_in_order() {
    struct Parent(Journal);
    impl Actor for Parent {
        async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
            self.0.note("parent stopped");
        }
    }
    #[handlers]
    impl Parent {
        #[handler]
        fn grow(&mut self, spot: u8, ctx: &mut Context<Self>) -> ActorRef<Fragile> {
            let spot = [Spot::StoppedLater, Spot::ActorDrop, Spot::Nowhere][usize::from(spot)];
            ctx.spawn(Fragile::new(spot, &self.0))
        }
        #[handler]
        fn explode(&mut self) {
            panic!("exploded");
        }
    }
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let parent = system.spawn(Parent(journal.clone()));
    let mut children = Vec::new();
    for spot in 0..3 {
        children.push(parent.grow(spot).await.unwrap());
    }
    settle().await;
    parent.explode().tell().await.unwrap();
    assert_eq!(parent.wait().await.to_string(), "panicked: exploded");
    assert_eq!(journal.entries(), ["stopped", "stopped", "parent stopped"]);
    let reasons = ["panicked: at StoppedLater", "shutdown", "shutdown"];
    for (child, reason) in children.iter().zip(reasons) {
        assert_eq!(child.wait().await.to_string(), reason);
    }
}

/// A payload that panics when it is dropped, with another of its kind.
struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        std::panic::panic_any(Self);
    }
}

#[derive(Clone)]
struct Sapper {
    spot: Spot,
    journal: Journal,
}

impl Sapper {
    fn explode_at(&self, spot: Spot) {
        if self.spot == spot {
            std::panic::panic_any(Payload);
        }
    }
}

impl Actor for Sapper {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.explode_at(Spot::StartedAtOnce);
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        self.journal.note(format!("stopped: {reason}"));
        self.explode_at(Spot::StoppedAtOnce);
    }
}

#[handlers]
impl Sapper {
    #[handler]
    fn dig(&mut self, ctx: &mut Context<Self>) {
        self.explode_at(Spot::HandlerAtOnce);
        if self.spot == Spot::HandlerLater {
            ctx.pipe(async { std::panic::panic_any(Payload) }, |(): ()| Dig {});
        }
    }
}

#[tokio::test]
async fn a_payload_that_panics_when_it_is_dropped_is_contained_too() {
    for spot in [Spot::StartedAtOnce, Spot::HandlerAtOnce, Spot::HandlerLater, Spot::StoppedAtOnce] {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        let sapper = Sapper { spot, journal: journal.clone() };
        let restart = match spot {
            Spot::StoppedAtOnce => Restart::temporary(),
            _ => Restart::transient().max(1, seconds(60)),
        };
        let started = system.actor(move || sapper.clone()).restart(restart).name("sapper").start().await;
        let sapper = match started {
            Ok(sapper) => sapper,
            Err(error) => {
                assert_eq!(spot, Spot::StartedAtOnce, "{error}");
                assert!(system.lookup::<Sapper>("sapper").is_err(), "the name is free");
                continue;
            }
        };
        sapper.dig().tell().await.unwrap();
        if spot == Spot::StoppedAtOnce {
            sapper.stop();
        } else {
            while system.restarts() == 0 {
                tokio::task::yield_now().await;
            }
            // Once more than it may.
            sapper.dig().tell().await.unwrap();
        }
        let reason = sapper.wait().await;
        let expected = ExitReason::Panicked("a panic without a message".into());
        assert_eq!(reason.to_string(), expected.to_string(), "{spot:?}");
        assert_eq!(system.restarts(), u64::from(spot != Spot::StoppedAtOnce), "{spot:?}");
        assert!(!journal.entries().is_empty(), "{spot:?}: the hook has run");
    }
}
