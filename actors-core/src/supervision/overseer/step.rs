//! Children that are started one after another: all of them at first, and after a failure those that the strategy says,
//! once they have ended in reverse order.
//!
//! ```text
//!  Stopping ── all parked ──> Resting ── backoff over ──> Starting ── all started ──> done
//!     ^                                                      │ one crashes or does not start, within the intensity
//!     └──────────────────────────────────────────────────────┘
//! ```

use std::time::Duration;

use super::{Event, Supervisor};
use crate::kernel::context::Context;
use crate::kernel::custody::Verdict;
use crate::supervision::roster::{Key, Seat, State};

/// How far the children from one key on are.
pub(super) struct Step {
    from: Key,
    is_first_start: bool,
    /// The child that did not start, if that is why the step is tried again.
    failing: Option<Key>,
    /// Children that were terminated meanwhile, which it is not for the step to start.
    passed_over: Vec<Key>,
    phase: Phase,
}

enum Phase {
    /// Those from this key on have ended.
    Stopping {
        below: Key,
        rest: Option<Duration>,
    },
    Resting,
    /// Those before `next` have had their turn, the last of them perhaps only just.
    Starting {
        next: Key,
        awaited: Option<Key>,
    },
}

impl Phase {
    fn starting_from(next: Key) -> Self {
        Self::Starting { next, awaited: None }
    }
}

impl Step {
    pub(super) fn first_start() -> Self {
        let phase = Phase::starting_from(0);
        Self { from: 0, is_first_start: true, failing: None, passed_over: Vec::new(), phase }
    }

    /// Takes up what is left of an earlier step.
    pub(super) fn restart(
        from: Key,
        failing: Option<Key>,
        rest: Option<Duration>,
        earlier: Option<Self>,
    ) -> Self {
        let phase = Phase::Stopping { below: Key::MAX, rest };
        let mut step = Self { from, is_first_start: false, failing, passed_over: Vec::new(), phase };
        if let Some(earlier) = earlier {
            step.from = step.from.min(earlier.from);
            step.failing = step.failing.or(earlier.failing);
            step.passed_over = earlier.passed_over;
        }
        step
    }

    pub(super) fn is_first_start(&self) -> bool {
        self.is_first_start
    }

    /// Whether it is about to end the child: that this has ended by itself is no further failure.
    pub(super) fn is_to_end(&self, key: Key) -> bool {
        matches!(self.phase, Phase::Stopping { .. }) && key >= self.from
    }

    /// The child was terminated. True if that leaves the step without a cause: it was tried again for its sake only.
    pub(super) fn pass_over(&mut self, key: Key) -> bool {
        self.passed_over.push(key);
        self.failing == Some(key)
    }

    /// A child is started by somebody else.
    pub(super) fn make_room_for(&mut self, key: Key) {
        self.passed_over.retain(|&passed_over| passed_over != key);
        if let Phase::Stopping { below, .. } = &mut self.phase {
            *below = Key::MAX;
        }
    }
}

impl Supervisor {
    /// Does what can be done now; whatever has to be waited for comes back as an event.
    pub(super) fn advance(&mut self, ctx: &mut Context<Self>) {
        while let Some(step) = &mut self.step
            && ctx.ending().is_none()
        {
            let mut seats = self.roster.seats();
            match &mut step.phase {
                Phase::Resting => return,
                Phase::Stopping { below, rest } => {
                    let last = seats.between(step.from, *below).rev().find(|(_, seat)| seat.is_active());
                    if let Some((key, state)) = last.map(|(key, seat)| (key, seat.state)) {
                        // Looked at once more when something has become of it; those above are done.
                        *below = key + 1;
                        drop(seats);
                        if state != State::Ending {
                            self.end(key, ctx);
                        }
                        return;
                    }
                    match *rest {
                        None => step.phase = Phase::starting_from(step.from),
                        Some(rest) => {
                            step.phase = Phase::Resting;
                            ctx.after(rest, Event::StepRested);
                        }
                    }
                }
                Phase::Starting { next, awaited } => {
                    let on_its_way = |seat: &mut Seat| matches!(seat.state, State::Starting | State::Ending);
                    if awaited.and_then(|key| seats.get(key)).is_some_and(on_its_way) {
                        return;
                    }
                    let is_next =
                        |(key, seat): &(Key, &Seat)| !seat.is_active() && !step.passed_over.contains(key);
                    let up = seats.between(*next, Key::MAX).find(is_next).map(|(key, _)| key);
                    drop(seats);
                    match up {
                        Some(key) => {
                            (*next, *awaited) = (key + 1, Some(key));
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
            step.phase = Phase::starting_from(step.from);
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
            if !self.step.as_ref().is_some_and(|step| step.is_to_end(key)) {
                self.restart(key, reason, false, ctx);
            }
        }
        if std::mem::take(&mut self.significant_ended_early) {
            self.shut_down_if_due(ctx);
        }
    }

    /// Ends a step whose cause is gone. What waits for its turn stays down.
    pub(super) fn abandon_step(&mut self) {
        let Some(step) = self.step.take() else { return };
        let mut seats = self.roster.seats();
        for seat in seats.all_from(step.from) {
            let is_waiting = matches!(seat.state, State::Parked | State::Ending) && !seat.ends_for_good();
            let Some(occupant) = seat.occupant.as_ref().filter(|_| is_waiting) else { continue };
            occupant.cell.core().forbid_restart();
            occupant.post.decide(Verdict::Stop);
            occupant.cell.wake();
            seat.outcome = Some(Ok(None));
            (seat.state, seat.is_restarting) = (State::Ending, false);
        }
    }
}
