//! The end of a system: in order, within a deadline, with a report.

mod closing;
mod hooks;
mod report;

use std::time::Duration;

use tokio::time::Instant;

use super::ActorSystem;
use super::shared::ShutdownState;
use closing::Closing;
pub(super) use hooks::Hooks;
pub use hooks::ShutdownPhase;
pub use report::ShutdownReport;

impl ActorSystem {
    /// Shuts the system down: what waits for actors on the event bus goes to them, then no actor starts any more, and each
    /// finishes what is queued, the youngest first and children before parents. What has not ended at the deadline is killed
    /// and named in the report.
    ///
    /// Calls after the first one wait for it and get its report. A deadline too far away to be a date is one in thirty
    /// years.
    ///
    /// If the runtime goes down meanwhile, or has before, the report comes at once and names as killed what had not ended,
    /// as far as the runtime has left traces of it.
    ///
    /// # Cancel safety
    ///
    /// The shutdown goes on if the future is dropped.
    pub async fn shutdown(&self, deadline: Duration) -> ShutdownReport {
        let begin = |state: &mut ShutdownState| {
            let first = matches!(state, ShutdownState::Running);
            if first {
                *state = ShutdownState::ShuttingDown;
            }
            first
        };
        if self.0.shutdown.send_if_modified(begin) {
            let closing = Closing::new(self.clone());
            self.0.runtime.spawn(async move { closing.run(after(deadline)).await });
        }
        self.report().await
    }

    /// Waits until the system has been shut down, by whomever.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn terminated(&self) {
        self.report().await;
    }

    /// Whether a shutdown has begun.
    pub fn is_shutting_down(&self) -> bool {
        !matches!(*self.0.shutdown.borrow(), ShutdownState::Running)
    }

    /// Has `hook` run in a phase of the shutdown, for layers above; hooks of one phase run one after another. One that
    /// panics is named in the log, and the shutdown goes on.
    pub fn on_shutdown<F>(&self, phase: ShutdownPhase, hook: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.0.hooks.add(phase, Box::new(move || Box::pin(hook())));
    }

    async fn report(&self) -> ShutdownReport {
        let mut state = self.0.shutdown.subscribe();
        let ended = state.wait_for(|state| matches!(state, ShutdownState::Terminated(_))).await;
        match ended.as_deref() {
            Ok(ShutdownState::Terminated(report)) => (**report).clone(),
            // The sender lives in the system, which `self` keeps.
            _ => ShutdownReport::default(),
        }
    }
}

/// The end of the time that begins now.
fn after(time: Duration) -> Instant {
    let now = Instant::now();
    // Too large to be a date; thirty years are as good.
    now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(1 << 30))
}

/// Half of the time that is left.
fn half_way(deadline: Instant) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / 2
}
