//! What layers above want done at shutdown.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::time::{Instant, timeout_at};

use crate::kernel::custody::BoxFuture;
use crate::panics::{contain, drop_quietly};

/// When in a shutdown a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShutdownPhase {
    /// First: nothing new comes in from outside. It may take a quarter of the time.
    Intake,
    /// While the actors still run: what waits for them outside their mailboxes goes there. When half of the time is over,
    /// the actors' turn comes.
    Drain,
    /// After the actors: what they might still have used goes.
    Bus,
    /// Last: connections close when everything that could be sent was sent.
    Nodes,
}

type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

#[derive(Default)]
pub(in crate::system) struct Hooks(Mutex<Vec<(ShutdownPhase, Hook)>>);

impl Hooks {
    pub(super) fn add(&self, phase: ShutdownPhase, hook: Hook) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((phase, hook));
    }

    fn take(&self, phase: ShutdownPhase) -> Vec<Hook> {
        let mut hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hooks.extract_if(.., |(of, _)| *of == phase).map(|(_, hook)| hook).collect()
    }

    /// Runs those of a phase one after another, whatever becomes of one of them.
    pub(super) async fn run(&self, phase: ShutdownPhase, deadline: Instant) {
        for hook in self.take(phase) {
            let outcome = match contain(hook) {
                Ok(work) => timeout_at(deadline, Contained(Some(work))).await,
                Err(panic) => Ok(Err(panic)),
            };
            match outcome {
                Ok(Ok(())) => {}
                Ok(Err(panic)) => {
                    tracing::error!(?phase, panic, "a part of the system panicked when it was to close")
                }
                Err(_) => tracing::warn!(?phase, "a part of the system did not close within the deadline"),
            }
        }
    }
}

/// The work of a hook. A panic in it is its outcome; one in what it leaves behind does no harm.
struct Contained(Option<BoxFuture<'static, ()>>);

impl Future for Contained {
    type Output = Result<(), String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = self.0.as_mut() else { return Poll::Pending };
        match contain(|| work.as_mut().poll(cx)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        drop_quietly(self.0.take());
    }
}
