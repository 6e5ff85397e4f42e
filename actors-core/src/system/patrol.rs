//! What the watchdog knows of actors, and when it barks. Pure but for the reports: time is an argument.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::id::ActorId;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::pulse::Stage;
use crate::observe::{LifecycleEvent, LogRate, Topic};

/// Looks at one actor after another, again and again.
pub(super) struct Patrol {
    limit: Duration,
    lifecycle: Arc<Topic<LifecycleEvent>>,
    /// Actors about which there is something to remember.
    suspects: HashMap<ActorId, Suspect>,
    round: u64,
    log: LogRate,
}

#[derive(Default)]
struct Suspect {
    /// The handler that was seen last.
    handler: Option<Handler>,
    is_crowded: bool,
    /// The round in which it was seen last.
    round: u64,
}

/// One handler at work. Another one has handled more, or belongs to another life.
struct Handler {
    handled: u64,
    incarnation: u32,
    /// When it was seen first, in milliseconds.
    since: u32,
    is_reported: bool,
}

impl Patrol {
    pub(super) fn new(limit: Duration, lifecycle: Arc<Topic<LifecycleEvent>>) -> Self {
        Self { limit, lifecycle, suspects: HashMap::new(), round: 0, log: LogRate::default() }
    }

    pub(super) fn begin_round(&mut self) {
        self.round += 1;
    }

    /// Forgets actors that were not seen in this round.
    pub(super) fn end_round(&mut self) {
        let round = self.round;
        self.suspects.retain(|_, suspect| suspect.round == round);
    }

    /// Whether the actor has something to do.
    pub(super) fn look_at(&mut self, cell: &dyn AnyCell, now: u32) -> bool {
        let stage = cell.core().pulse.stage();
        let (queued, bound) = cell.queue();
        let handles = matches!(stage, Stage::Computing | Stage::Waiting);
        let crowds = bound.is_some_and(|bound| is_crowded(queued, bound));
        let id = cell.core().id;
        if !handles && !crowds && !self.suspects.contains_key(&id) {
            return queued > 0;
        }
        let mut suspect = self.suspects.remove(&id).unwrap_or_default();
        suspect.round = self.round;
        if handles {
            self.look_at_handler(cell, stage, &mut suspect.handler, now);
        } else {
            suspect.handler = None;
        }
        if let Some(bound) = bound {
            self.look_at_queue(cell, queued, bound, &mut suspect.is_crowded);
        }
        if suspect.handler.is_some() || suspect.is_crowded {
            self.suspects.insert(id, suspect);
        }
        handles || queued > 0
    }

    fn look_at_handler(&self, cell: &dyn AnyCell, stage: Stage, seen: &mut Option<Handler>, now: u32) {
        let core = cell.core();
        let (handled, incarnation) = (core.pulse.handled(), core.incarnation().as_u32());
        let is_another =
            |handler: &mut Handler| (handler.handled, handler.incarnation) != (handled, incarnation);
        seen.take_if(is_another);
        let handler = seen.get_or_insert(Handler { handled, incarnation, since: now, is_reported: false });
        let lasting = match stage {
            Stage::Waiting => core.pulse.waited(now),
            _ => Duration::from_millis(now.wrapping_sub(handler.since).into()),
        };
        if lasting < self.limit || handler.is_reported {
            return;
        }
        handler.is_reported = true;
        let (path, message_type) = (core.path(), core.pulse.message().unwrap_or_default());
        if let Some(silenced) = self.log.admit() {
            tracing::warn!(actor = %path, message_type, ?lasting, silenced, "a handler is stuck");
        }
        if self.lifecycle.has_listeners() {
            self.lifecycle.report(LifecycleEvent::Stuck { id: core.id, path, message_type, lasting });
        }
    }

    fn look_at_queue(&self, cell: &dyn AnyCell, queued: usize, bound: usize, is_reported: &mut bool) {
        if queued < bound.div_ceil(2) {
            *is_reported = false;
        }
        if *is_reported || !is_crowded(queued, bound) {
            return;
        }
        *is_reported = true;
        let (id, path) = (cell.core().id, cell.core().path());
        if let Some(silenced) = self.log.admit() {
            tracing::warn!(actor = %path, queued, bound, silenced, "a mailbox fills up");
        }
        if self.lifecycle.has_listeners() {
            self.lifecycle.report(LifecycleEvent::Crowded { id, path, queued, bound });
        }
    }
}

pub(super) fn is_crowded(queued: usize, bound: usize) -> bool {
    queued.saturating_mul(5) > bound.saturating_mul(4)
}
