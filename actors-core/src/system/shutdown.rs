//! The end of a system: in order, within a deadline, with a report.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::ActorSystem;
use super::errors::UnheardError;
use super::shared::ShutdownState;
use crate::id::ActorPath;
use crate::kernel::cell::AnyCell;
use crate::kernel::custody::BoxFuture;

/// What a shutdown did.
#[derive(Clone, Debug, Default)]
pub struct ShutdownReport {
    stopped: usize,
    killed: Vec<ActorPath>,
    escalated: Option<UnheardError>,
}

impl ShutdownReport {
    /// How many top-level actors ended by themselves within the deadline.
    pub fn stopped(&self) -> usize {
        self.stopped
    }

    /// The actors that did not and were killed: top-level ones, and below each of them those that still ran.
    pub fn killed(&self) -> &[ActorPath] {
        &self.killed
    }

    /// Why a supervisor without a supervisor gave up before, if one did: the first of them.
    pub fn escalated(&self) -> Option<&UnheardError> {
        self.escalated.as_ref()
    }

    /// Whether nothing had to be killed, and no supervisor had given up.
    pub fn is_clean(&self) -> bool {
        self.killed.is_empty() && self.escalated.is_none()
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stopped, {} killed", self.stopped, self.killed.len())?;
        for path in &self.killed {
            write!(f, " {path}")?;
        }
        match &self.escalated {
            Some(escalated) => write!(f, "; {escalated}"),
            None => Ok(()),
        }
    }
}

/// When in a shutdown a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShutdownPhase {
    /// First: nothing new comes in from outside.
    Intake,
    /// While the actors still run: what waits for them outside their mailboxes goes there. It may take half of the time that
    /// is left.
    Drain,
    /// After the actors: what they might still have used goes.
    Bus,
    /// Last: connections close when everything that could be sent was sent.
    Nodes,
}

type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// What layers above want done at shutdown.
#[derive(Default)]
pub(super) struct Hooks(Mutex<Vec<(ShutdownPhase, Hook)>>);

impl Hooks {
    fn take(&self, phase: ShutdownPhase) -> Vec<Hook> {
        let mut hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hooks.extract_if(.., |(of, _)| *of == phase).map(|(_, hook)| hook).collect()
    }
}

impl ActorSystem {
    /// Shuts the system down: what waits for actors on the event bus goes to them, then no actor starts any more, and each
    /// finishes what is queued, the youngest first and children before parents. What has not ended at the deadline is killed
    /// and named in the report.
    ///
    /// Calls after the first one wait for it and get its report.
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
            let system = self.clone();
            self.0.runtime.spawn(async move {
                let report = system.run_phases(Instant::now() + deadline).await;
                system.0.shutdown.send_replace(ShutdownState::Terminated(Arc::new(report)));
            });
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

    /// Has `hook` run in a phase of the shutdown, for layers above; hooks of one phase run one after another.
    pub fn on_shutdown<F>(&self, phase: ShutdownPhase, hook: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let hook: Hook = Box::new(move || Box::pin(hook()));
        self.0.hooks.0.lock().unwrap_or_else(PoisonError::into_inner).push((phase, hook));
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

    async fn run_phases(&self, deadline: Instant) -> ShutdownReport {
        self.run_hooks(ShutdownPhase::Intake, deadline).await;
        self.run_hooks(ShutdownPhase::Drain, half_way(deadline)).await;
        let mut report = self.end_actors(deadline).await;
        report.escalated.clone_from(&self.0.escalated.borrow());
        self.run_hooks(ShutdownPhase::Bus, deadline).await;
        self.run_hooks(ShutdownPhase::Nodes, deadline).await;
        report
    }

    async fn run_hooks(&self, phase: ShutdownPhase, deadline: Instant) {
        for hook in self.0.hooks.take(phase) {
            if timeout_at(deadline, hook()).await.is_err() {
                tracing::warn!(?phase, "a part of the system did not close within the deadline");
            }
        }
    }

    /// Ends the actors one after another. A slow one may take half of the time that is left before the next one's turn
    /// comes, so that one stuck actor does not cost the others their `stopped` hooks.
    async fn end_actors(&self, deadline: Instant) -> ShutdownReport {
        let mut report = ShutdownReport::default();
        let mut late: Vec<Arc<dyn AnyCell>> = Vec::new();
        for actor in self.0.directory.close() {
            actor.shut_down();
            match timeout_at(half_way(deadline), actor.core().ended()).await {
                Ok(_) => report.stopped += 1,
                Err(_) => late.push(actor),
            }
        }
        for actor in late {
            if timeout_at(deadline, actor.core().ended()).await.is_ok() {
                report.stopped += 1;
                continue;
            }
            report.killed.extend(self.family_of(&*actor));
            actor.kill_for_good();
            // One that blocks its thread cannot be waited for; it is named, and its thread ends with it.
            let grace = Instant::now() + Duration::from_millis(100);
            let _ = timeout_at(grace, actor.core().ended()).await;
        }
        report
    }

    /// The path of an actor and those of all below it that still run, parents first.
    fn family_of(&self, actor: &dyn AnyCell) -> Vec<ActorPath> {
        let mut ids = HashSet::from([actor.core().id]);
        let mut family = vec![actor.core().path()];
        // Children are younger than their parents.
        for other in self.0.directory.all() {
            let core = other.core();
            if core.parent().is_some_and(|parent| ids.contains(&parent)) {
                ids.insert(core.id);
                family.push(core.path());
            }
        }
        family
    }
}

/// Half of the time that is left.
fn half_way(deadline: Instant) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / 2
}
