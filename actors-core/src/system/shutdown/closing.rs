//! A shutdown under way.

use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{ShutdownPhase, ShutdownReport, half_way};
use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath};
use crate::kernel::any_cell::AnyCell;
use crate::mailbox::Home;
use crate::panics::contain;
use crate::system::ActorSystem;
use crate::system::shared::ShutdownState;

/// Tells everybody who waits that the system has ended when it is dropped, however far it has come: a runtime that goes
/// down drops it in the middle, or before it begins.
pub(super) struct Closing {
    system: ActorSystem,
    report: ShutdownReport,
    /// The actors of which the report says nothing yet; `None` before their turn.
    waiting: Option<VecDeque<Home<dyn AnyCell>>>,
}

impl Closing {
    pub(super) fn new(system: ActorSystem) -> Self {
        Self { system, report: ShutdownReport::default(), waiting: None }
    }

    /// The phases, one after another. What comes before the actors leaves them half of the time, and intake leaves as much
    /// of that to what waits outside, so that one stuck part does not cost the others theirs.
    pub(super) async fn run(mut self, deadline: Instant) {
        let system = self.system.clone();
        let hooks = &system.0.hooks;
        let actors_turn = half_way(deadline);
        hooks.run(ShutdownPhase::Intake, half_way(actors_turn)).await;
        hooks.run(ShutdownPhase::Drain, actors_turn).await;
        self.end_actors(deadline).await;
        hooks.run(ShutdownPhase::Bus, deadline).await;
        hooks.run(ShutdownPhase::Nodes, deadline).await;
    }

    /// Ends the actors one after another. A slow one may take half of the time that is left before the next one's turn
    /// comes, so that one stuck actor does not cost the others their `stopped` hooks.
    async fn end_actors(&mut self, deadline: Instant) {
        let Self { system, report, waiting } = self;
        let waiting = waiting.insert(system.0.directory.close().into());
        for _ in 0..waiting.len() {
            let Some(actor) = waiting.front() else { return };
            actor.shut_down();
            match timeout_at(half_way(deadline), actor.core().ended()).await {
                Ok(reason) => {
                    note(report, &**actor, &reason);
                    waiting.pop_front();
                }
                Err(_) => waiting.rotate_left(1),
            }
        }
        while let Some(actor) = waiting.front() {
            let ended = timeout_at(deadline, actor.core().ended()).await;
            let Some(actor) = waiting.pop_front() else { return };
            if let Ok(reason) = ended {
                note(report, &*actor, &reason);
                continue;
            }
            report.killed.extend(families_of(std::slice::from_ref(&actor), system));
            actor.kill_for_good();
            // One that blocks its thread cannot be waited for; it is named, and its thread ends with it.
            let grace = Instant::now() + Duration::from_millis(100);
            let _ = timeout_at(grace, actor.core().ended()).await;
        }
    }

    /// Brings the report to its end: nobody waits any more for what has not ended by now.
    fn conclude(&mut self) {
        let waiting = self.waiting.take().unwrap_or_else(|| self.system.0.directory.close().into());
        if !waiting.is_empty() {
            tracing::error!(actors = waiting.len(), "the runtime went down before the system had ended");
        }
        let mut running = Vec::new();
        for actor in waiting {
            let ended = pin!(actor.core().ended()).poll(&mut Context::from_waker(Waker::noop()));
            match ended {
                Poll::Ready(reason) => note(&mut self.report, &*actor, &reason),
                Poll::Pending => running.push(actor),
            }
        }
        self.report.killed.extend(families_of(&running, &self.system));
        running.iter().for_each(|actor| actor.kill_for_good());
        self.report.escalated.clone_from(&self.system.0.escalated.borrow());
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        // Users' code hears of some of it. Whatever that does, those who wait are told.
        let _ = contain(|| self.conclude());
        let report = Arc::new(std::mem::take(&mut self.report));
        self.system.0.shutdown.send_replace(ShutdownState::Terminated(report));
    }
}

/// An actor has ended. One that somebody has killed, be it the runtime that goes down, has not ended by itself.
fn note(report: &mut ShutdownReport, actor: &dyn AnyCell, reason: &ExitReason) {
    match reason {
        ExitReason::Killed => report.killed.push(actor.core().path()),
        _ => report.stopped += 1,
    }
}

/// The paths of actors and those of all below them that still run, parents first. Looks at all that run once.
fn families_of(actors: &[Home<dyn AnyCell>], system: &ActorSystem) -> Vec<ActorPath> {
    if actors.is_empty() {
        return Vec::new();
    }
    let mut ids: HashSet<ActorId> = actors.iter().map(|actor| actor.core().id).collect();
    let mut families: Vec<ActorPath> = actors.iter().map(|actor| actor.core().path()).collect();
    // Children are younger than their parents.
    for other in system.0.directory.all() {
        let core = other.core();
        if core.parent().is_some_and(|parent| ids.contains(&parent)) {
            ids.insert(core.id);
            families.push(core.path());
        }
    }
    families
}
