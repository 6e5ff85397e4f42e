//! What survives from one life to the next, and when there is none any more.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::*;

/// Numbers its lives; fails when told.
#[derive(Default)]
struct Phoenix {
    life: u32,
    journal: Journal,
    state: u64,
    entered: Arc<Notify>,
}

impl Actor for Phoenix {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        assert_eq!(ctx.incarnation().as_u32(), self.life, "the factory makes one state for each life");
        Ok(())
    }
}

#[handlers]
impl Phoenix {
    #[handler]
    fn add(&mut self, by: u64) -> u64 {
        self.journal.note(format!("{}: {by}", self.life));
        self.state += by;
        self.state
    }

    #[handler]
    fn explode(&mut self) {
        self.journal.note(format!("{}: explode", self.life));
        panic!("exploded");
    }

    #[handler]
    fn give_up(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(ActorError::msg("gave up"));
    }

    #[handler]
    async fn hang(&mut self) {
        self.entered.notify_one();
        std::future::pending::<()>().await;
    }

    #[handler]
    fn life(&mut self) -> u32 {
        self.life
    }
}

struct Scene {
    system: ActorSystem,
    phoenix: ActorRef<Phoenix>,
    journal: Journal,
    entered: Arc<Notify>,
}

fn scene(restart: Restart, backoff: Option<Backoff>, mailbox: Mailbox) -> Scene {
    let (system, journal, entered) = (ActorSystem::new(), Journal::default(), Arc::new(Notify::new()));
    let lives = AtomicU32::new(0);
    let (in_actor, entering) = (journal.clone(), entered.clone());
    let factory = move || Phoenix {
        life: lives.fetch_add(1, Ordering::Relaxed),
        journal: in_actor.clone(),
        state: 0,
        entered: entering.clone(),
    };
    let builder = system.actor(factory).restart(restart).mailbox(mailbox);
    let phoenix = match backoff {
        Some(backoff) => builder.backoff(backoff).spawn(),
        None => builder.spawn(),
    };
    Scene { system, phoenix, journal, entered }
}

fn often() -> Restart {
    Restart::transient().max(100, seconds(60))
}

#[tokio::test]
async fn every_kind_of_failure_gives_a_new_state_and_loses_one_message() {
    type Failure = fn(&ActorRef<Phoenix>);
    let failures: [Failure; 3] = [
        |phoenix| phoenix.explode().try_tell().unwrap(),
        |phoenix| phoenix.give_up().try_tell().unwrap(),
        |phoenix| phoenix.hang().try_tell().unwrap(),
    ];
    for (kind, failure) in failures.into_iter().enumerate() {
        let Scene { system, phoenix, journal, entered } = scene(often(), None, Mailbox::default());
        let (id, path) = (phoenix.id(), phoenix.path());
        for round in 0..4 {
            phoenix.add(1).tell().await.unwrap();
            failure(&phoenix);
            phoenix.add(2).tell().await.unwrap();
            let mut asked = phoenix.add(3);
            assert!(poll_once(&mut asked).await.is_none());
            if kind == 2 {
                entered.notified().await;
                phoenix.kill();
            }
            assert_eq!(asked.await, Ok(5), "a new state, and what was queued behind the failure");
            assert_eq!(phoenix.life().await, Ok(round + 1));
        }
        assert_eq!((phoenix.id(), phoenix.path()), (id, path));
        assert_eq!(system.restarts(), 4);
        assert_eq!(system.dead_letter_counts().total(), 0);
        let adds = journal.entries().iter().filter(|entry| !entry.contains("explode")).count();
        assert_eq!(adds, 4 * 3, "no message was handled twice");
    }
}

#[tokio::test]
async fn senders_that_wait_for_room_wait_through_restarts_in_their_order() {
    type Sending = Pin<Box<dyn Future<Output = bool>>>;
    let Scene { system, phoenix, journal, .. } = scene(often(), None, Mailbox::bounded(1));
    let mut senders: Vec<Sending> = Vec::new();
    for number in 0..20 {
        let phoenix = phoenix.clone();
        let mut sending: Sending = if number % 4 == 0 {
            Box::pin(async move { phoenix.explode().tell().await.is_ok() })
        } else {
            Box::pin(async move { phoenix.add(number).tell().await.is_ok() })
        };
        let sent = poll_once(&mut sending).await;
        assert_eq!(sent.is_some(), number == 0, "the others stand in line");
        if sent.is_none() {
            senders.push(sending);
        }
    }
    for sender in senders {
        assert!(sender.await);
    }
    assert_eq!(phoenix.life().await, Ok(5));
    assert_eq!(system.dead_letter_counts().total(), 0);
    let expected = (0..20).map(|number| match number % 4 {
        0 => format!("{}: explode", number / 4),
        _ => format!("{}: {number}", number / 4 + 1),
    });
    assert_eq!(journal.entries(), expected.collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_stop_now_ends_an_actor_that_waits_to_be_restarted() {
    let backoff = Backoff::exponential(seconds(1000), seconds(1000));
    let Scene { phoenix, .. } = scene(often(), Some(backoff), Mailbox::default());
    phoenix.explode().tell().await.unwrap();
    settle().await;
    let mut queued = phoenix.add(1);
    assert!(poll_once(&mut queued).await.is_none());
    let begin = Instant::now();
    phoenix.stop_now();
    phoenix.wait().await;
    assert_eq!(queued.await, Err(AskError::Stopped));
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn a_stop_now_drops_what_is_queued_then_and_a_kill_leaves_it_to_the_next_life() {
    let backoff = Backoff::exponential(seconds(1), seconds(1)).jitter(0.0);
    let permanent = Restart::permanent().max(100, seconds(60));
    for kill in [true, false] {
        let Scene { system, phoenix, journal, entered } = scene(permanent, Some(backoff), Mailbox::default());
        phoenix.hang().tell().await.unwrap();
        entered.notified().await;
        phoenix.add(1).tell().await.unwrap();
        if kill {
            phoenix.kill();
        } else {
            // Its handler would go on for ever, so both.
            phoenix.stop_now();
            phoenix.kill();
        }
        settle().await;
        phoenix.add(2).tell().await.unwrap();
        assert_eq!(phoenix.life().timeout(seconds(9)).await, Ok(1));
        let (dead, entries): (_, &[&str]) = if kill { (0, &["1: 1", "1: 2"]) } else { (1, &["1: 2"]) };
        assert_eq!(journal.entries(), entries);
        assert_eq!(system.dead_letter_counts().total(), dead);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_has_room_for_as_many_as_its_bound_while_a_restart_waits() {
    let backoff = Backoff::exponential(seconds(1), seconds(1)).jitter(0.0);
    let mailbox = Mailbox::bounded(64).on_full(OnFull::Reject);
    let Scene { phoenix, .. } = scene(often(), Some(backoff), mailbox);
    // Fewer than it takes for the mailbox to say so by itself.
    for number in 0..2 {
        phoenix.add(number).tell().await.unwrap();
    }
    phoenix.explode().tell().await.unwrap();
    settle().await;
    for number in 0..64 {
        phoenix.add(number).try_tell().expect("the queue is empty");
    }
    assert!(phoenix.add(0).try_tell().unwrap_err().is_full());
    assert_eq!(phoenix.life().timeout(seconds(9)).await, Err(AskError::Full));
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(phoenix.life().await, Ok(1));
}

/// Fails on its cue, in its hook or in a handler.
#[derive(Clone, Default)]
struct Stumbling {
    in_its_hook: bool,
    entered: Arc<Notify>,
    cue: Arc<Notify>,
}

impl Stumbling {
    async fn stumble(&self) -> Result<(), ActorError> {
        self.entered.notify_one();
        self.cue.notified().await;
        Err(ActorError::msg("stumbled"))
    }
}

impl Actor for Stumbling {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        if self.in_its_hook { self.stumble().await } else { Ok(()) }
    }
}

#[handlers]
impl Stumbling {
    #[handler]
    async fn walk(&mut self, ctx: &mut Context<Self>) {
        if let Err(error) = self.stumble().await {
            ctx.fail(error);
        }
    }

    #[handler]
    fn lives(&mut self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().as_u32()
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_now_ends_an_actor_whose_life_fails_before_it_can_stop() {
    type Tell = fn(&ActorRef<Stumbling>);
    let once: Tell = |actor| actor.stop_now();
    let with_a_stop_after: Tell = |actor| {
        actor.stop_now();
        actor.stop();
    };
    let with_a_stop_before: Tell = |actor| {
        actor.stop();
        actor.stop_now();
    };
    let then_killed: Tell = |actor| {
        actor.stop_now();
        actor.kill();
    };
    let killed_first: Tell = |actor| {
        actor.kill();
        actor.stop_now();
    };
    for in_its_hook in [false, true] {
        for backoff in [None, Some(Backoff::exponential(seconds(1000), seconds(1000)))] {
            for (tell, reason) in [
                (once, "failed: stumbled"),
                (with_a_stop_after, "failed: stumbled"),
                (with_a_stop_before, "failed: stumbled"),
                (then_killed, "killed"),
                (killed_first, "killed"),
            ] {
                let (system, stumbling) =
                    (ActorSystem::new(), Stumbling { in_its_hook, ..Stumbling::default() });
                let state = stumbling.clone();
                let builder = system.actor(move || state.clone()).restart(often());
                let actor = match backoff {
                    Some(backoff) => builder.backoff(backoff).spawn(),
                    None => builder.spawn(),
                };
                actor.walk().tell().await.unwrap();
                stumbling.entered.notified().await;
                let mut queued = actor.lives();
                assert!(poll_once(&mut queued).await.is_none());
                tell(&actor);
                settle().await;
                stumbling.cue.notify_one();
                let ended = tokio::time::timeout(seconds(1), actor.wait()).await;
                assert_eq!(ended.map(|reason| reason.to_string()).as_deref(), Ok(reason));
                assert_eq!(queued.await, Err(AskError::Stopped));
                assert_eq!(system.restarts(), 0);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_actor_that_fails_when_it_is_to_stop_now_begins_its_next_life() {
    let (system, stumbling) = (ActorSystem::new(), Stumbling::default());
    let state = stumbling.clone();
    let restart = Restart::permanent().max(100, seconds(60));
    let actor = system.actor(move || state.clone()).restart(restart).spawn();
    actor.walk().tell().await.unwrap();
    stumbling.entered.notified().await;
    actor.stop_now();
    settle().await;
    stumbling.cue.notify_one();
    settle().await;
    assert_eq!(actor.lives().await, Ok(1));
}
