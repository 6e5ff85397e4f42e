//! Restarts over a factory: what stays, what is gone, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actors::prelude::*;
use actors::{StartError, UnheardError};
use tokio::time::Instant;

use crate::support::*;

#[tokio::test]
async fn a_restart_keeps_address_and_queue_and_gives_a_new_state() {
    #[derive(Actor, Default)]
    struct Counter(u64);
    #[handlers]
    impl Counter {
        #[handler]
        fn add(&mut self, by: u64) -> u64 {
            self.0 += by;
            self.0
        }
        #[handler]
        fn life(&mut self, ctx: &mut Context<Self>) -> u32 {
            ctx.incarnation().as_u32()
        }
        #[handler]
        fn explode(&mut self) {
            panic!("exploded");
        }
    }
    let system = ActorSystem::new();
    let counter = system.actor(Counter::default).restart(Restart::transient().max(1, seconds(5))).spawn();
    let id = counter.id();
    counter.add(7).tell().await.unwrap();
    counter.explode().tell().await.unwrap();
    counter.add(1).tell().await.unwrap();
    assert_eq!(counter.add(1).await, Ok(2), "a new state, the queue kept, the poison gone");
    assert_eq!(counter.life().await, Ok(1));
    assert_eq!(counter.id(), id);
    counter.explode().tell().await.unwrap();
    assert!(matches!(counter.wait().await, ExitReason::Panicked(_)), "one more than the limit");
}

#[tokio::test]
async fn the_restart_type_decides_by_the_reason() {
    type End = fn(&ActorRef<Scribe>);
    let normal: End = |actor| actor.stop();
    let own: End = |actor| actor.finish().try_tell().unwrap();
    let error: End = |actor| actor.give_up().try_tell().unwrap();
    let panic: End = |actor| actor.explode().try_tell().unwrap();
    let kill: End = |actor| actor.kill();
    let table = [
        (Restart::permanent(), [true, true, true, true, true]),
        (Restart::transient(), [false, false, true, true, true]),
        (Restart::temporary(), [false, false, false, false, false]),
    ];
    for (restart, restarted) in table {
        for (end, restarted) in [normal, own, error, panic, kill].into_iter().zip(restarted) {
            let (system, journal) = (ActorSystem::new(), Journal::default());
            let scribe = Scribe::named("", &journal);
            let actor = system.actor(move || scribe.clone()).restart(restart).start().await.unwrap();
            end(&actor);
            if restarted {
                actor.write(1).tell().await.unwrap();
                while journal.entries().last().unwrap() != "1" {
                    tokio::task::yield_now().await;
                }
                assert_eq!(journal.entries().iter().filter(|entry| *entry == "started").count(), 2);
            } else {
                actor.wait().await;
                assert_eq!(journal.entries().iter().filter(|entry| *entry == "started").count(), 1);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_counts_within_a_sliding_window() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let scribe = Scribe::named("", &journal);
    let actor = system.actor(move || scribe.clone()).restart(Restart::permanent().max(2, seconds(5))).spawn();
    for pause in [0, 3, 3, 3, 3] {
        tokio::time::sleep(seconds(pause)).await;
        actor.explode().tell().await.unwrap();
        assert_eq!(actor.write(1).await, Ok(1), "two in any five seconds are allowed");
    }
    assert_eq!(system.restarts(), 5);
    actor.explode().tell().await.unwrap();
    actor.explode().tell().await.unwrap();
    assert!(matches!(actor.wait().await, ExitReason::Panicked(_)));
}

#[tokio::test(start_paused = true)]
async fn backoff_doubles_and_messages_wait_meanwhile() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let scribe = Scribe::named("", &journal);
    let actor = system
        .actor(move || scribe.clone())
        .restart(Restart::permanent().max(10, seconds(60)))
        .backoff(Backoff::exponential(seconds(1), seconds(4)).jitter(0.0))
        .spawn();
    for delay in [1, 2, 4, 4] {
        actor.explode().tell().await.unwrap();
        let begin = Instant::now();
        assert_eq!(actor.write(1).timeout(seconds(60)).await, Ok(1));
        assert_eq!(begin.elapsed(), seconds(delay));
    }
    tokio::time::sleep(seconds(5)).await;
    actor.explode().tell().await.unwrap();
    let begin = Instant::now();
    actor.write(1).await.unwrap();
    assert_eq!(begin.elapsed(), seconds(1), "a calm period begins the series anew");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_a_backoff() {
    let system = ActorSystem::new();
    let actor = system
        .actor(Scribe::default)
        .restart(Restart::permanent().max(10, seconds(60)))
        .backoff(Backoff::exponential(seconds(1000), seconds(1000)))
        .spawn();
    actor.explode().tell().await.unwrap();
    tokio::task::yield_now().await;
    let begin = Instant::now();
    let report = system.shutdown(seconds(5)).await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test]
async fn a_first_start_that_fails_is_reported_and_not_tried_again() {
    let tries = Arc::new(AtomicU32::new(0));
    let system = ActorSystem::new();
    let counted = tries.clone();
    let start = system
        .actor(move || -> Result<Scribe, ActorError> {
            counted.fetch_add(1, Ordering::Relaxed);
            Err(ActorError::msg("not today"))
        })
        .restart(Restart::permanent().max(100, seconds(5)));
    assert!(matches!(start.start().await, Err(StartError::Failed(_))));
    assert_eq!(tries.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn failures_are_reported_and_an_error_answered_to_a_tell_kills_nobody() {
    #[derive(Actor)]
    struct Clerk;
    #[handlers]
    impl Clerk {
        #[handler]
        fn work(&mut self) -> Result<(), std::fmt::Error> {
            Err(std::fmt::Error)
        }
        #[handler]
        fn explode(&mut self) {
            panic!("exploded")
        }
    }
    let heard = Journal::default();
    let system = ActorSystem::builder()
        .on_error({
            let heard = heard.clone();
            move |error| heard.note(error.to_string())
        })
        .build();
    let mut errors = system.errors().subscribe();
    let clerk = system.spawn(Clerk);
    clerk.work().tell().await.unwrap();
    assert!(matches!(errors.recv().await, Some(UnheardError::Reply { message_type: "Work", .. })));
    assert!(clerk.work().await.is_err(), "alive, and the asker gets the error itself");
    clerk.explode().tell().await.unwrap();
    let Some(UnheardError::Life { restarting, reason, actor }) = errors.recv().await else {
        panic!("no report")
    };
    assert!(!restarting);
    assert_eq!(reason.to_string(), "panicked: exploded");
    assert_eq!(actor, clerk.path());
    assert_eq!(heard.entries().len(), 2);
}

#[tokio::test]
async fn an_actor_whose_every_start_fails_at_once_lets_others_run_and_the_system_end() {
    // One worker thread: a loop of restarts that never gives way would be the end of the test.
    let system = ActorSystem::new();
    let _looping = system
        .actor(|| -> Result<Scribe, ActorError> { Err(ActorError::msg("not today")) })
        .restart(Restart::permanent().max(u32::MAX, std::time::Duration::from_millis(1)))
        .spawn();
    let scribe = system.spawn(Scribe::default());
    assert_eq!(scribe.write(1).await, Ok(1));
    let report = system.shutdown(seconds(5)).await;
    assert!(report.is_clean(), "{report}");
}
