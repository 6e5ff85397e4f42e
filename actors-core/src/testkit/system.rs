//! A system that notices what a test left behind.

use std::fmt::Write;
use std::ops::Deref;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::PATIENCE;
use super::ledger::Ledger;
use crate::ActorSystem;

/// An [`ActorSystem`] for one test. [`finish`](Self::finish) ends it and fails the test if it left something behind;
/// dropping it unfinished fails the test too, unless the test panics anyway.
///
/// A test that returns an error leaves by a `?` that drops the system unfinished, and what it returned is not shown: the panic of
/// the drop comes first, and nothing can know of the error there. That panic tells what happened in the system; `unwrap` in place of
/// `?` shows the error itself.
///
/// ```
/// # use actors_core::testkit::TestSystem;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let system = TestSystem::new();
/// // The test, with everything that an `ActorSystem` can do.
/// system.finish().await;
/// # }
/// ```
#[derive(Debug)]
pub struct TestSystem {
    system: ActorSystem,
    ledger: Arc<Ledger>,
    dead_letters: Mutex<DeadLetters>,
    made: &'static Location<'static>,
    finished: bool,
}

/// The dead letters that the test wants.
#[derive(Clone, Copy, Debug)]
enum DeadLetters {
    Exactly(u64),
    Any,
}

impl TestSystem {
    /// A system on the current tokio runtime, with default settings.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[track_caller]
    #[expect(
        clippy::new_without_default,
        reason = "it needs a runtime around it, which a default should not"
    )]
    pub fn new() -> Self {
        Self::from(ActorSystem::new())
    }

    /// Dead letters do not fail the test, however many there are.
    pub fn allow_dead_letters(&self) {
        self.want(DeadLetters::Any);
    }

    /// Fails the test unless there are exactly so many dead letters in the end. The default is 0.
    pub fn expect_dead_letters(&self, count: u64) {
        self.want(DeadLetters::Exactly(count));
    }

    /// Ends the test: waits up to 3 s for actors that are on their way out, looks at what is left, and shuts the system
    /// down.
    ///
    /// # Panics
    ///
    /// If a top-level actor that is not a [`Probe`](super::Probe) still runs: one that the test neither stopped nor
    /// dropped the last reference to, be it in its own variables, in another actor or in a message nobody took. After
    /// [`shutdown`](ActorSystem::shutdown) none does. And if there were dead letters, unless the test
    /// [allows](Self::allow_dead_letters) or [expects](Self::expect_dead_letters) them.
    #[track_caller]
    pub fn finish(mut self) -> impl Future<Output = ()> + Send {
        let caller = Location::caller();
        async move {
            self.wait_for_actors_to_end().await;
            let complaints = self.complaints();
            let report = self.ledger.report(&self.system);
            self.finished = true;
            self.system.shutdown(PATIENCE).await;
            assert!(
                complaints.is_empty(),
                "the test at {caller} left something behind:{complaints}\nwhat happened beside what was expected:{report}"
            );
        }
    }

    pub(super) fn ledger(&self) -> Arc<Ledger> {
        self.ledger.clone()
    }

    fn want(&self, dead_letters: DeadLetters) {
        *self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner) = dead_letters;
    }

    async fn wait_for_actors_to_end(&self) {
        /// The resolution of tokio's timers. With a paused clock it passes once nothing is left to do.
        const MOMENT: Duration = Duration::from_millis(1);
        let deadline = Instant::now() + PATIENCE;
        loop {
            sleep(MOMENT).await;
            self.ledger.let_go_of_messages();
            if self.ledger.running(&self.system).is_empty() || Instant::now() > deadline {
                return;
            }
        }
    }

    /// What is wrong in the end, a line each.
    fn complaints(&self) -> String {
        let mut complaints = String::new();
        for path in self.ledger.running(&self.system) {
            let _ = write!(
                complaints,
                "\n  {path} still runs; stop it, drop its last reference or shut the system down"
            );
        }
        let wanted = *self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner);
        let came = self.system.dead_letter_counts().total();
        if let DeadLetters::Exactly(expected) = wanted
            && came != expected
        {
            let _ = write!(complaints, "\n  {expected} dead letters were expected, and {came} came");
        }
        complaints
    }
}

/// A test of a system with settings of one's own.
impl From<ActorSystem> for TestSystem {
    #[track_caller]
    fn from(system: ActorSystem) -> Self {
        let ledger = Ledger::of(&system);
        let dead_letters = Mutex::new(DeadLetters::Exactly(0));
        Self { system, ledger, dead_letters, made: Location::caller(), finished: false }
    }
}

impl Deref for TestSystem {
    type Target = ActorSystem;

    fn deref(&self) -> &ActorSystem {
        &self.system
    }
}

impl Drop for TestSystem {
    fn drop(&mut self) {
        // A panic of the test's own says more, and a second one would abort the process.
        if self.finished || std::thread::panicking() || self.ledger.is_excused() {
            return;
        }
        panic!(
            "the test system made at {} was dropped before its `finish().await` came to its end; if the test returned an \
             error, that was why, and `unwrap` in place of `?` shows it\nwhat happened beside what was expected:{}",
            self.made,
            self.ledger.report(&self.system)
        );
    }
}
