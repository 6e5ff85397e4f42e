//! What becomes of single children: started, crashed, gone.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::step::Step;
use super::{Event, Supervisor};
use crate::exit::ExitReason;
use crate::id::ActorId;
use crate::kernel::context::Context;
use crate::kernel::custody::Verdict;
use crate::kernel::launch::{Owner, Parent};
use crate::kernel::watch::{WatchId, Watcher};
use crate::supervision::ChildSpec;
use crate::supervision::nursery::{Cradle, Spent};
use crate::supervision::post::{Boss, Post};
use crate::supervision::roster::{Key, Occupant, Seat, StartOutcome, State, start_failure};
use crate::supervision::strategy::{AutoShutdown, ShutdownPolicy, Strategy};

impl Supervisor {
    pub(super) fn on_event(&mut self, event: Event, ctx: &mut Context<Self>) {
        if ctx.ending().is_some() {
            return;
        }
        match event {
            Event::Started { key, life } => self.on_started(key, life, ctx),
            Event::Over { key, life, started, ignored, escalates, reason } => {
                if !self.is_about(key, life) {
                    return;
                }
                if escalates {
                    self.give_up(key, &reason, reason.clone(), ctx);
                } else if ignored {
                    // Not a failure: its seat stays empty.
                    self.dismiss(key, Ok(None), ctx);
                } else {
                    self.on_over(key, started, reason, ctx);
                }
            }
            Event::Gone { key, actor, reason } => self.on_gone(key, actor, reason, ctx),
            Event::Overdue { key, life } => {
                if let Some(occupant) = self.in_state(key, life, State::Ending) {
                    self.kill(key, &occupant);
                }
            }
            Event::Rested { key, life } => {
                if self.is_about(key, life)
                    && self.roster.seats().get(key).is_some_and(|seat| seat.is_restarting)
                {
                    self.start(key, ctx);
                }
            }
            Event::NotLaunched { key, reason } => {
                let awaits = |seat: &mut Seat| seat.state == State::Starting && seat.occupant.is_none();
                if self.roster.seats().get(key).is_some_and(awaits) {
                    self.on_start_failed(key, reason, ctx);
                }
            }
            Event::StepRested => self.step_rested(ctx),
        }
    }

    // Starts.

    /// Begins the next life of the child, or its first one as a new actor. What comes of it is an event.
    pub(super) fn start(&mut self, key: Key, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        if let Some(occupant) = &seat.occupant {
            let post = occupant.post.clone();
            (seat.state, seat.life) = (State::Starting, post.life() + 1);
            drop(seats);
            post.decide(Verdict::Restart);
            return;
        }
        let Some(spec) = seat.spec.clone() else { return };
        seat.state = State::Starting;
        drop(seats);
        if let Err(reason) = self.launch(key, &spec, ctx) {
            // By way of the mailbox, as every other failed start: retries give way to others.
            let boss = Boss::new(ctx.myself().cell().downgrade());
            boss.tell(Event::NotLaunched { key, reason });
        }
    }

    pub(super) fn launch(
        &mut self,
        key: Key,
        spec: &ChildSpec,
        ctx: &mut Context<Self>,
    ) -> Result<(), ExitReason> {
        let boss = Boss::new(ctx.myself().cell().downgrade());
        let policy = &self.roster.policy;
        let terms = match self.roster.seats().get(key) {
            Some(seat) => seat.terms.clone(),
            None => spec.terms.clone(),
        };
        let post = Arc::new(Post::new(key, boss.clone(), terms, policy.decide.clone()));
        // Dynamic children are told apart by their numbers.
        let label = policy.dynamic.is_none().then(|| spec.id.clone());
        let cradle = Cradle {
            host: ctx.host().clone(),
            options: spec.options.clone(),
            owner: Owner::Parent(Parent::of(ctx.core()), label),
            post,
            siblings: self.roster.clone(),
        };
        // In its seat before it can report anything: events are handled after this handler.
        let occupant = spec.nursery.launch(cradle).map_err(|error| error.into_exit())?;
        let actor = occupant.cell.core().id;
        let watch = WatchId::new(ctx.host().next_id());
        let cell = occupant.cell.clone();
        if let Some(seat) = self.roster.seats().get(key) {
            (seat.state, seat.life) = (State::Starting, 1);
            if let Some(spec) = seat.spec.as_mut().filter(|_| seat.terms.restart.is_temporary()) {
                spec.nursery = Arc::new(Spent);
            }
        }
        self.roster.seats().occupy(key, occupant);
        cell.add_watcher(Watcher::call(watch, move |gone| {
            boss.tell(Event::Gone { key, actor, reason: gone.reason().clone() });
        }));
        Ok(())
    }

    fn on_started(&mut self, key: Key, life: u32, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        if seat.life != life || seat.state != State::Starting {
            return;
        }
        seat.state = State::Running;
        (seat.is_new, seat.is_restarting) = (false, false);
        seat.up_since = Some(Instant::now());
        let started = Ok(seat.occupant.as_ref().map(Occupant::reference));
        seat.answer_starters(&started);
        drop(seats);
        self.advance(ctx);
    }

    /// A child does not run after all. Its starters are told when its actor has ended.
    fn dismiss(&mut self, key: Key, outcome: StartOutcome, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        seat.is_restarting = false;
        if let Some(occupant) = seat.occupant.clone() {
            (seat.state, seat.outcome) = (State::Ending, Some(outcome));
            drop(seats);
            occupant.post.decide(Verdict::Stop);
            return;
        }
        seat.state = State::Down;
        seat.answer_starters(&outcome);
        // New, and never a child: there is nothing to keep of it.
        let removed = if seat.is_new && outcome.is_err() { seats.remove(key) } else { None };
        drop(seats);
        drop(removed);
        self.advance(ctx);
    }

    fn on_start_failed(&mut self, key: Key, reason: ExitReason, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        if !seat.starters.is_empty() {
            drop(seats);
            // Somebody else than the supervisor wanted it, and is told; it is not tried again.
            return self.dismiss(key, start_failure(reason), ctx);
        }
        seat.state = if seat.occupant.is_some() { State::Parked } else { State::Down };
        drop(seats);
        if self.step.as_ref().is_some_and(Step::is_first_start) {
            self.fail_start(key, reason, ctx);
        } else {
            self.restart(key, reason, true, ctx);
        }
    }

    // Ends.

    fn on_over(&mut self, key: Key, started: bool, reason: ExitReason, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        match seat.state {
            State::Ending if !seat.ends_for_good() => {
                seat.state = State::Parked;
                drop(seats);
                self.advance(ctx);
            }
            State::Starting if !started => {
                drop(seats);
                self.on_start_failed(key, reason, ctx);
            }
            State::Starting | State::Running => {
                seat.state = State::Parked;
                drop(seats);
                match &self.step {
                    Some(step) if step.is_first_start() => self.crashed_early.push((key, reason)),
                    // One of those that went down together, all of which are restarted once.
                    Some(step) if step.is_to_end(key) => self.advance(ctx),
                    _ => self.restart(key, reason, false, ctx),
                }
            }
            State::Ending | State::Parked | State::Down => {}
        }
    }

    fn on_gone(&mut self, key: Key, actor: ActorId, reason: ExitReason, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        if seat.occupant.as_ref().is_none_or(|occupant| occupant.cell.core().id != actor) {
            return;
        }
        let gone = seats.vacate(key);
        let Some(seat) = seats.get(key) else { return };
        let mut before = std::mem::replace(&mut seat.state, State::Down);
        let was_stopped = gone.as_ref().is_some_and(|occupant| occupant.post.was_stopped());
        let is_first_start = self.step.as_ref().is_some_and(Step::is_first_start);
        if before == State::Starting && was_stopped && seat.starters.is_empty() && !is_first_start {
            // Stopped on its way back: its start has not failed, it is not wanted.
            before = State::Running;
        }
        let is_significant = seat.terms.significant;
        let (outcome, is_new) = (seat.outcome.take(), seat.is_new);
        if let Some(outcome) = &outcome {
            seat.answer_starters(outcome);
            seat.is_new = false;
        }
        if before != State::Starting {
            seat.is_restarting = false;
        }
        seat.answer_enders();
        let never_was_one = is_new && matches!(outcome, Some(Err(_)));
        let stays = before == State::Starting || (seat.outlasts_its_actor() && !never_was_one);
        let removed = if stays { None } else { seats.remove(key) };
        drop(seats);
        drop((gone, removed));
        match (before, &self.step) {
            (State::Starting, _) => return self.on_start_failed(key, reason, ctx),
            (State::Running, Some(step)) if step.is_first_start() => {
                self.significant_ended_early |= is_significant;
            }
            (State::Running, Some(step)) if step.is_to_end(key) => {}
            (State::Running, _) if is_significant => self.shut_down_if_due(ctx),
            _ => {}
        }
        self.advance(ctx);
    }

    /// A significant child has ended by itself.
    pub(super) fn shut_down_if_due(&mut self, ctx: &mut Context<Self>) {
        let stays_down = |seat: &Seat| seat.state == State::Down && !seat.is_restarting;
        let is_due = match self.roster.policy.auto_shutdown {
            AutoShutdown::Never => false,
            AutoShutdown::AnySignificant => true,
            AutoShutdown::AllSignificant => {
                self.roster.seats().all().all(|(_, seat)| !seat.terms.significant || stays_down(seat))
            }
        };
        if is_due {
            ctx.end(ExitReason::Shutdown);
        }
    }

    /// A child that should run does not: starts it again, with others if the strategy says so.
    pub(super) fn restart(
        &mut self,
        key: Key,
        reason: ExitReason,
        start_failed: bool,
        ctx: &mut Context<Self>,
    ) {
        let now = Instant::now();
        if !self.window.allow(now) {
            return self.give_up(key, &reason, ExitReason::Shutdown, ctx);
        }
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        let up_since = seat.up_since.take();
        let lasted = up_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        seat.is_restarting = true;
        let delay = seat.retreat.as_mut().map(|retreat| retreat.next(lasted));
        let life = seat.life;
        drop(seats);
        let from = match self.roster.policy.strategy {
            Strategy::OneForOne => {
                match delay {
                    Some(delay) => drop(ctx.after(delay, Event::Rested { key, life })),
                    None => self.start(key, ctx),
                }
                return;
            }
            Strategy::OneForAll => 0,
            Strategy::RestForOne => key,
        };
        let failing = start_failed.then_some(key);
        self.step = Some(Step::restart(from, failing, delay, self.step.take()));
        self.advance(ctx);
    }

    /// Tells a child to end, for a next life or for good, and sees to it that it does.
    pub(super) fn end(&mut self, key: Key, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        let Some(occupant) = seat.occupant.clone() else { return };
        let for_good = seat.ends_for_good();
        seat.state = State::Ending;
        let (policy, life) = (seat.terms.shutdown, seat.life);
        drop(seats);
        if for_good {
            occupant.cell.shut_down();
        } else {
            occupant.end_life(life, false);
        }
        match policy {
            ShutdownPolicy::Kill => self.kill(key, &occupant),
            ShutdownPolicy::Timeout(patience) => drop(ctx.after(patience, Event::Overdue { key, life })),
            ShutdownPolicy::Infinity => {}
        }
    }

    fn kill(&self, key: Key, occupant: &Occupant) {
        let lives_on = |seat: &mut Seat| (!seat.ends_for_good()).then_some(seat.life);
        let next_life = self.roster.seats().get(key).and_then(lives_on);
        match next_life {
            Some(life) => occupant.end_life(life, true),
            None => occupant.cell.kill_for_good(),
        }
    }

    // What an event is about.

    fn is_about(&self, key: Key, life: u32) -> bool {
        self.roster.seats().get(key).is_some_and(|seat| seat.life == life)
    }

    fn in_state(&self, key: Key, life: u32, state: State) -> Option<Occupant> {
        let mut seats = self.roster.seats();
        let seat = seats.get(key)?;
        (seat.life == life && seat.state == state).then(|| seat.occupant.clone())?
    }
}
