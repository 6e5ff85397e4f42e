//! What becomes of single children: started, crashed, gone.

use std::sync::Arc;

use tokio::time::Instant;

use super::step::Step;
use super::{Event, Overseer};
use crate::exit::ExitReason;
use crate::kernel::context::Context;
use crate::kernel::custody::Verdict;
use crate::kernel::launch::Owner;
use crate::kernel::watch::{WatchId, Watcher};
use crate::supervision::nursery::Cradle;
use crate::supervision::post::{Boss, Post};
use crate::supervision::roster::{Key, Occupant, State, start_failure};
use crate::supervision::strategy::{AutoShutdown, ShutdownPolicy, Strategy};

impl Overseer {
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
                    self.on_ignored(key, ctx);
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
            Event::NotLaunched { key, reason } => self.on_start_failed(key, reason, ctx),
            Event::StepRested => self.step_rested(ctx),
        }
    }

    // Starts.

    /// Begins the next life of the child, or its first one as a new actor. What comes of it is an event.
    pub(super) fn start(&mut self, key: Key, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        seat.state = State::Starting;
        if let Some(occupant) = &seat.occupant {
            let post = occupant.post.clone();
            seat.life = post.life() + 1;
            drop(seats);
            post.decide(Verdict::Restart);
            return;
        }
        let Some(spec) = seat.spec.clone() else { return };
        drop(seats);
        if let Err(reason) = self.launch(key, &spec, ctx) {
            // By way of the mailbox, as every other failed start: retries give way to others.
            let boss = Boss::new(Arc::downgrade(ctx.myself().cell()));
            boss.tell(Event::NotLaunched { key, reason });
        }
    }

    pub(super) fn launch(
        &mut self,
        key: Key,
        spec: &crate::supervision::ChildSpec,
        ctx: &mut Context<Self>,
    ) -> Result<(), ExitReason> {
        let boss = Boss::new(Arc::downgrade(ctx.myself().cell()));
        let terms = match &self.roster.policy.dynamic {
            Some(terms) => terms.clone(),
            None => spec.terms.clone(),
        };
        let decide = self.roster.policy.decide.clone();
        let post = Arc::new(Post::new(key, boss.clone(), terms, decide));
        let label = (!spec.id.is_empty()).then(|| spec.id.clone());
        let cradle = Cradle {
            host: ctx.host().clone(),
            options: spec.options.clone(),
            owner: Owner::Parent(ctx.core().path(), label),
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
        seat.started_at = Instant::now();
        let started = Ok(seat.occupant.as_ref().map(Occupant::reference));
        seat.answer_starters(&started);
        drop(seats);
        self.advance(ctx);
    }

    /// The child does not want to run, which is not a failure: its seat stays empty.
    fn on_ignored(&mut self, key: Key, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        seat.state = State::Down;
        seat.answer_starters(&Ok(None));
        let occupant = seat.occupant.clone();
        drop(seats);
        if let Some(occupant) = occupant {
            occupant.post.decide(Verdict::Stop);
        }
        self.advance(ctx);
    }

    fn on_start_failed(&mut self, key: Key, reason: ExitReason, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        if !seat.starters.is_empty() {
            // Somebody else than the supervisor wanted it, and is told; it is not tried again.
            seat.answer_starters(&start_failure(reason));
            seat.state = State::Down;
            let occupant = seat.occupant.take();
            let removed = if seat.is_new { seats.remove(key) } else { None };
            drop(seats);
            drop(removed);
            if let Some(occupant) = occupant {
                occupant.post.decide(Verdict::Stop);
            }
            return;
        }
        seat.state = if seat.occupant.is_some() { State::Parked } else { State::Down };
        drop(seats);
        if self.step.as_ref().is_some_and(Step::is_first_start) {
            self.fail_start(key, reason, ctx);
        } else {
            self.restart(key, reason, ctx);
        }
    }

    // Ends.

    fn on_over(&mut self, key: Key, started: bool, reason: ExitReason, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        match seat.state {
            State::Ending if seat.enders.is_empty() => {
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
                if self.step.as_ref().is_some_and(Step::is_first_start) {
                    self.crashed_early.push((key, reason));
                } else {
                    self.restart(key, reason, ctx);
                }
            }
            State::Ending | State::Parked | State::Down => {}
        }
    }

    fn on_gone(&mut self, key: Key, actor: crate::id::ActorId, reason: ExitReason, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        if seat.occupant.as_ref().is_none_or(|occupant| occupant.cell.core().id != actor) {
            return;
        }
        let gone = seats.vacate(key);
        let Some(seat) = seats.get(key) else { return };
        let before = std::mem::replace(&mut seat.state, State::Down);
        let significant = seat.terms.significant;
        seat.answer_enders();
        let stays = seat.outlasts_its_actor();
        let removed = if stays || before == State::Starting { None } else { seats.remove(key) };
        drop(seats);
        drop((gone, removed));
        match before {
            State::Starting => return self.on_start_failed(key, reason, ctx),
            State::Running if significant => match self.roster.policy.auto_shutdown {
                AutoShutdown::AnySignificant => return ctx.end(ExitReason::Shutdown),
                AutoShutdown::AllSignificant if self.no_significant_child_is_left() => {
                    return ctx.end(ExitReason::Shutdown);
                }
                AutoShutdown::Never | AutoShutdown::AllSignificant => {}
            },
            _ => {}
        }
        self.advance(ctx);
    }

    fn no_significant_child_is_left(&self) -> bool {
        self.roster.seats().from(0).all(|(_, seat)| !seat.terms.significant || seat.state == State::Down)
    }

    /// A child that should run does not: starts it again, with others if the strategy says so.
    pub(super) fn restart(&mut self, key: Key, reason: ExitReason, ctx: &mut Context<Self>) {
        let now = Instant::now();
        if !self.window.allow(now) {
            return self.give_up(key, &reason, ExitReason::Shutdown, ctx);
        }
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        let lasted = now.saturating_duration_since(seat.started_at);
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
        let earlier = self.step.take().map_or(from, |step| step.from());
        self.step = Some(Step::restart(from.min(earlier), delay));
        self.advance(ctx);
    }

    /// Tells a child to end, for a next life or for good, and sees to it that it does.
    pub(super) fn end(&mut self, key: Key, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let Some(seat) = seats.get(key) else { return };
        let Some(occupant) = seat.occupant.clone() else { return };
        let for_good = !seat.enders.is_empty() || !seat.outlasts_its_actor();
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
        let next_life = self.roster.seats().get(key).and_then(|seat| {
            let for_good = !seat.enders.is_empty() || !seat.outlasts_its_actor();
            (!for_good).then_some(seat.life)
        });
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
