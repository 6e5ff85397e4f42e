//! Runs a test once for each seed.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{self, Runtime};

use super::SEED_VARIABLE;
use super::failure::Failure;
use super::order::Order;
use super::stage::Stage;
use crate::ActorSystem;
use crate::testkit::TestSystem;

/// The most virtual time a test may take. One that hangs gets there at once, as nothing else is left to happen.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// Runs a test in many orders of turns, one for each seed, and reports the first seed with which it fails.
///
/// Actors under test handle one message a turn. Whose turn comes next among those that have something to do, the test
/// itself included, is drawn from the seed: the same seed leads to the same order, as long as the code stays the same.
/// Each run has a system and a runtime of its own, on one thread, with a paused clock.
///
/// ```should_panic
/// use actors_core::testkit::{Explorer, TestSystem};
/// # use actors_core::*;
/// # #[derive(Default)] struct Register(u64);
/// # impl Actor for Register {}
/// # struct Read; struct Write(u64); struct Increment(ActorRef<Register>);
/// # impl Message for Read { type Reply = u64; type Kind = Plain; }
/// # impl Message for Write { type Reply = (); type Kind = Plain; }
/// # impl Message for Increment { type Reply = (); type Kind = Plain; }
/// # impl Handler<Read> for Register { async fn handle(&mut self, _: Read, _: &mut Context<Self>) -> u64 { self.0 } }
/// # impl Handler<Write> for Register { async fn handle(&mut self, w: Write, _: &mut Context<Self>) { self.0 = w.0 } }
/// # struct Worker;
/// # impl Actor for Worker {}
/// impl Handler<Increment> for Worker {
///     async fn handle(&mut self, Increment(register): Increment, _: &mut Context<Self>) {
///         let read = register.ask(Read).await.unwrap();
///         register.ask(Write(read + 1)).await.unwrap(); // the other worker may have written meanwhile
///     }
/// }
///
/// // In a test: #[test]
/// Explorer::new().seeds(0..100).run(|system: TestSystem| async move {
///     let register = system.spawn(Register::default());
///     let workers = [system.spawn(Worker), system.spawn(Worker)];
///     for worker in &workers {
///         worker.tell(Increment(register.clone())).await.unwrap();
///     }
///     for worker in &workers {
///         worker.stop();
///         worker.wait().await;
///     }
///     assert_eq!(register.ask(Read).await, Ok(2)); // fails: seed 1 fails, to run it alone: ACTORS_SEED=1
///     register.stop();
///     system.finish().await;
/// });
/// ```
///
/// The seed rules over actors only. Timers that end at the same time, tasks, pipes and streams go on in between, in an
/// order that the runtime repeats; threads, and so [`Context::blocking`](crate::Context::blocking) and dedicated threads,
/// do not repeat theirs, nor do hash maps, `tokio::select!` and the jitter of a [`Backoff`](crate::Backoff).
#[derive(Clone, Debug)]
#[must_use = "nothing runs until `run`"]
pub struct Explorer {
    seeds: Vec<u64>,
}

impl Default for Explorer {
    fn default() -> Self {
        Self::new()
    }
}

impl Explorer {
    /// Explores with the seeds 0 to 199.
    pub fn new() -> Self {
        Self { seeds: (0..200).collect() }
    }

    /// Explores with other seeds.
    pub fn seeds(mut self, seeds: impl IntoIterator<Item = u64>) -> Self {
        self.seeds = seeds.into_iter().collect();
        self
    }

    /// Runs the test with each seed; only with the one in the environment variable `ACTORS_SEED`, if that is set.
    ///
    /// # Panics
    ///
    /// With the [`Failure`] of the first seed with which the test panics, takes more than ten minutes of virtual time, or
    /// more than a million turns. If `ACTORS_SEED` is no number. Inside a tokio runtime, as the test has its own.
    #[track_caller]
    pub fn run<F>(mut self, test: impl FnMut(TestSystem) -> F)
    where
        F: Future<Output = ()>,
    {
        if let Ok(seed) = std::env::var(SEED_VARIABLE) {
            self.seeds = vec![seed.parse().unwrap_or_else(|_| panic!("{SEED_VARIABLE}={seed} is no seed"))];
        }
        if let Some(failure) = self.first_failure(test) {
            panic!("{failure}");
        }
    }

    /// Runs the test with each seed until it fails; how it did. For tests of tests.
    ///
    /// # Panics
    ///
    /// Inside a tokio runtime.
    pub fn first_failure<F>(&self, mut test: impl FnMut(TestSystem) -> F) -> Option<Failure>
    where
        F: Future<Output = ()>,
    {
        self.seeds.iter().find_map(|&seed| run_seed(seed, &mut test))
    }
}

fn run_seed<F: Future<Output = ()>>(seed: u64, test: impl FnOnce(TestSystem) -> F) -> Option<Failure> {
    let stage = Stage::new(Order::new(seed));
    let outcome = new_runtime().block_on(async {
        let system = TestSystem::from(ActorSystem::builder().executor(stage.clone()).build());
        let ledger = system.ledger();
        // Called in its first turn: what it does before its first await can fail too.
        let mut test = pin!(async move { test(system).await });
        let mut late = pin!(tokio::time::sleep(TIME_LIMIT));
        let mut play = pin!(stage.play(test.as_mut()));
        let outcome = poll_fn(|cx| match play.as_mut().poll(cx) {
            Poll::Pending => {
                late.as_mut().poll(cx).map(|()| Err(format!("it did not end within {TIME_LIMIT:?}")))
            }
            outcome => outcome,
        });
        let outcome = outcome.await;
        stage.clear();
        // A test that was given up is dropped in the middle and could not finish its system.
        ledger.excuse();
        outcome
    });
    let last_turns = stage.last_turns();
    outcome.err().map(|message| Failure { seed, message, last_turns })
}

fn new_runtime() -> Runtime {
    runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap_or_else(|error| panic!("the tokio runtime could not be started: {error}"))
}
