//! Actors that an executor of one's own runs.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use actors::Executor;
use actors::prelude::*;

use crate::support::*;

/// Runs actors on the runtime all the same, and notes each turn.
#[derive(Clone, Default)]
struct Witness {
    turns: Arc<Mutex<Vec<ActorPath>>>,
    messages_per_turn: u8,
}

impl Executor for Witness {
    fn run(&self, actor: ActorPath, mut life: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let turns = self.turns.clone();
        tokio::spawn(std::future::poll_fn(move |cx| {
            turns.lock().unwrap().push(actor.clone());
            life.as_mut().poll(cx)
        }));
    }

    fn messages_per_turn(&self) -> u8 {
        self.messages_per_turn
    }
}

/// How many turns an actor needs for so many messages.
async fn turns_for(messages: u64, messages_per_turn: u8) -> usize {
    let witness = Witness { messages_per_turn, ..Witness::default() };
    let system = ActorSystem::builder().executor(witness.clone()).build();
    let journal = Journal::default();
    let scribe = system.spawn(Scribe::named("", &journal));
    for number in 0..messages {
        scribe.write(number).try_tell().unwrap();
    }
    scribe.stop();
    scribe.wait().await;
    assert_eq!(journal.entries().len() as u64, messages + 2, "with its start and its end");
    let turns = witness.turns.lock().unwrap();
    assert!(turns.iter().all(|path| *path == scribe.path()));
    turns.len()
}

#[tokio::test]
async fn a_turn_is_as_long_as_the_executor_says() {
    assert_eq!(turns_for(10, 64).await, 1);
    assert_eq!(turns_for(10, 5).await, 3);
    assert_eq!(turns_for(10, 1).await, 12, "the stop and the end are turns too");
    assert_eq!(turns_for(10, 0).await, 12, "a turn without a message would be none");
}

/// Drops actors instead of running them.
struct Refuser;

impl Executor for Refuser {
    fn run(&self, _: ActorPath, life: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(life);
    }
}

#[tokio::test]
async fn an_actor_whose_future_is_dropped_is_killed() {
    let system = ActorSystem::builder().executor(Refuser).build();
    let scribe = system.spawn(Scribe::default());
    assert!(matches!(scribe.wait().await, ExitReason::Killed));
    assert_eq!(scribe.write(1).await, Err(AskError::Stopped));
}

#[tokio::test]
async fn dedicated_threads_are_not_handed_over() {
    let system = ActorSystem::builder().executor(Refuser).build();
    let scribe = system.actor(Scribe::default).dedicated_thread().spawn();
    assert_eq!(scribe.write(1).await, Ok(1));
}
