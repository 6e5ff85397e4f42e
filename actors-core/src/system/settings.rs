//! What can be chosen when a system is made.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::ActorSystem;
use super::errors::{ErrorHandler, UnheardError};
use super::shared::Shared;
use crate::mailbox::Mailbox;
use crate::sched::Executor;

/// How long a handler may take before it is reported: twice what an ask inside it waits by default.
const STUCK_AFTER: Duration = Duration::from_secs(10);

/// Builds an [`ActorSystem`].
#[must_use = "the system is made by `build`"]
pub struct SystemBuilder {
    pub(super) runtime: Option<Handle>,
    pub(super) executor: Option<Box<dyn Executor>>,
    pub(super) default_mailbox: Mailbox,
    pub(super) blocking_threads: usize,
    pub(super) error_handler: Option<ErrorHandler>,
    pub(super) stuck_after: Option<Duration>,
}

impl SystemBuilder {
    pub(super) fn new() -> Self {
        // Blocking work waits more than it computes.
        let blocking_threads = std::thread::available_parallelism().map_or(4, usize::from) * 4;
        Self {
            runtime: None,
            executor: None,
            default_mailbox: Mailbox::default(),
            blocking_threads,
            error_handler: None,
            stuck_after: Some(STUCK_AFTER),
        }
    }

    /// Runs the actors on this runtime instead of the one the system is built in.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Has the actors run by `executor` instead of the runtime's scheduler.
    pub fn executor(mut self, executor: impl Executor) -> Self {
        self.executor = Some(Box::new(executor));
        self
    }

    /// Sets the mailbox of actors that choose none: 1,024 messages, senders wait.
    pub fn default_mailbox(mut self, mailbox: Mailbox) -> Self {
        self.default_mailbox = mailbox;
        self
    }

    /// Sets the most threads for [`Context::blocking`](crate::Context::blocking): 4 per processor.
    ///
    /// # Panics
    ///
    /// If `threads` is 0.
    pub fn blocking_threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "blocking work needs a thread");
        self.blocking_threads = threads;
        self
    }

    /// Calls `handler` for each error that has no caller to go to, beside logging and reporting it.
    ///
    /// It runs on the failing actor's task and must not block. If it panics, nothing follows from that.
    pub fn on_error(mut self, handler: impl Fn(&UnheardError) + Send + Sync + 'static) -> Self {
        self.error_handler = Some(Box::new(handler));
        self
    }

    /// Sets how long a handler may take before it is reported as [stuck](crate::LifecycleEvent::Stuck): 10 s.
    ///
    /// A watchdog looks at all actors about once a second. On a runtime of one thread it cannot see a handler that blocks
    /// the thread, for then it does not run either.
    pub fn stuck_after(mut self, limit: Duration) -> Self {
        self.stuck_after = Some(limit);
        self
    }

    /// Goes without the watchdog: neither stuck handlers nor [crowded](crate::LifecycleEvent::Crowded) mailboxes are
    /// reported.
    pub fn without_watchdog(mut self) -> Self {
        self.stuck_after = None;
        self
    }

    /// Makes the system.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, unless one was given.
    #[track_caller]
    pub fn build(mut self) -> ActorSystem {
        let runtime = self.runtime.take().unwrap_or_else(Handle::current);
        ActorSystem(Arc::new(Shared::new(runtime, self)))
    }
}
