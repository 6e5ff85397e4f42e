//! Children that are started one after another: all of them at first, and after a failure those that the strategy says,
//! once they have ended in reverse order.
//!
//! ```text
//!  Stopping ── all parked ──> Resting ── backoff over ──> Starting ── all started ──> done
//!     ^                                                      │ one crashes or does not start, within the intensity
//!     └──────────────────────────────────────────────────────┘
//! ```

use std::time::Duration;

use super::{Event, Overseer};
use crate::kernel::context::Context;
use crate::supervision::roster::{Key, State};

/// How far the children from one key on are.
pub(super) struct Step {
    from: Key,
    is_first_start: bool,
    phase: Phase,
}

enum Phase {
    Stopping {
        rest: Option<Duration>,
    },
    Resting,
    /// Those before this key have had their turn.
    Starting(Key),
}

impl Step {
    pub(super) fn first_start() -> Self {
        Self { from: 0, is_first_start: true, phase: Phase::Starting(0) }
    }

    pub(super) fn restart(from: Key, rest: Option<Duration>) -> Self {
        Self { from, is_first_start: false, phase: Phase::Stopping { rest } }
    }

    pub(super) fn is_first_start(&self) -> bool {
        self.is_first_start
    }

    pub(super) fn from(&self) -> Key {
        self.from
    }
}

impl Overseer {
    /// Does what can be done now; whatever has to be waited for comes back as an event.
    pub(super) fn advance(&mut self, ctx: &mut Context<Self>) {
        while let Some(step) = &mut self.step
            && ctx.ending().is_none()
        {
            match step.phase {
                Phase::Resting => return,
                Phase::Stopping { rest } => {
                    let last = {
                        let seats = self.roster.seats();
                        seats
                            .from(step.from)
                            .rev()
                            .find(|(_, seat)| seat.is_active())
                            .map(|(key, seat)| (key, seat.state))
                    };
                    match (last, rest) {
                        (Some((_, State::Ending)), _) => return,
                        (Some((key, _)), _) => return self.end(key, ctx),
                        (None, Some(rest)) => {
                            step.phase = Phase::Resting;
                            ctx.after(rest, Event::StepRested);
                        }
                        (None, None) => step.phase = Phase::Starting(step.from),
                    }
                }
                Phase::Starting(next) => {
                    let up = {
                        let seats = self.roster.seats();
                        let on_the_way = seats
                            .from(step.from)
                            .any(|(key, seat)| key < next && seat.state == State::Starting);
                        if on_the_way {
                            return;
                        }
                        seats.from(next).find(|(_, seat)| !seat.is_active()).map(|(key, _)| key)
                    };
                    match up {
                        Some(key) => {
                            step.phase = Phase::Starting(key + 1);
                            self.start(key, ctx);
                        }
                        None => self.step_done(ctx),
                    }
                }
            }
        }
    }

    pub(super) fn step_rested(&mut self, ctx: &mut Context<Self>) {
        if let Some(step) = &mut self.step
            && matches!(step.phase, Phase::Resting)
        {
            step.phase = Phase::Starting(step.from);
            self.advance(ctx);
        }
    }

    fn step_done(&mut self, ctx: &mut Context<Self>) {
        self.step = None;
        self.is_ready();
        for (key, reason) in std::mem::take(&mut self.crashed_early) {
            if ctx.ending().is_some() {
                return;
            }
            self.restart(key, reason, ctx);
        }
    }
}
