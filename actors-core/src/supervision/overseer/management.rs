//! What users want of a running supervisor.

use super::{Order, Supervisor, Which};
use crate::error::ChildError;
use crate::exit::ExitReason;
use crate::kernel::context::Context;
use crate::kernel::custody::Verdict;
use crate::supervision::ChildSpec;
use crate::supervision::info::{ChildCounts, ChildInfo};
use crate::supervision::roster::{Key, Occupant, Seat, Starter, State, start_failure};
use crate::supervision::strategy::Policy;

type Answer<T> = tokio::sync::oneshot::Sender<Result<T, ChildError>>;

impl Supervisor {
    pub(super) fn on_order(&mut self, order: Order, ctx: &mut Context<Self>) {
        // Whoever asked may have stopped waiting for any of these answers.
        match order {
            Order::WhichChildren { answer } => drop(answer.send(Ok(self.which_children()))),
            Order::CountChildren { answer } => drop(answer.send(Ok(self.count_children()))),
            Order::Spec { id, answer } => drop(answer.send(self.spec(&id))),
            Order::Start { spec, answer } => self.start_child(*spec, answer, ctx),
            Order::Restart { id, answer } => self.restart_child(&id, answer, ctx),
            Order::Terminate { child, answer } => self.terminate_child(&child, answer, ctx),
            Order::Delete { id, answer } => drop(answer.send(self.delete_child(&id))),
        }
    }

    fn which_children(&self) -> Vec<ChildInfo> {
        self.roster.seats().all().rev().map(|(_, seat)| ChildInfo::of(seat)).collect()
    }

    fn count_children(&self) -> ChildCounts {
        let seats = self.roster.seats();
        let count = |matching: fn(&Seat) -> bool| seats.all().filter(|(_, seat)| matching(seat)).count();
        ChildCounts {
            specs: if self.roster.policy.dynamic.is_some() { 1 } else { seats.len() },
            active: count(|seat| seat.state == State::Running),
            supervisors: count(|seat| seat.terms.kind.is_supervisor()),
            workers: count(|seat| !seat.terms.kind.is_supervisor()),
        }
    }

    fn spec(&self, id: &str) -> Result<ChildSpec, ChildError> {
        let mut seats = self.roster.seats();
        let key = seats.key_of(id).ok_or(ChildError::NotFound)?;
        seats.get(key).and_then(|seat| seat.spec.clone()).ok_or(ChildError::NotFound)
    }

    fn start_child(&mut self, spec: ChildSpec, answer: Starter, ctx: &mut Context<Self>) {
        let key = match self.seat_for(&spec) {
            Ok(key) => key,
            Err(error) => return drop(answer.send(Err(error))),
        };
        if let Some(seat) = self.roster.seats().get(key) {
            seat.is_new = true;
            seat.starters.push(answer);
        }
        self.make_room_for(key);
        if let Err(reason) = self.launch(key, &spec, ctx)
            && let Some(mut seat) = self.remove(key)
        {
            seat.answer_starters(&start_failure(reason));
        }
    }

    /// The place of a child that is new.
    fn seat_for(&self, spec: &ChildSpec) -> Result<Key, ChildError> {
        let mut seats = self.roster.seats();
        let Policy { dynamic, auto_shutdown, .. } = &self.roster.policy;
        if let Some(terms) = dynamic.as_ref().filter(|_| spec.id.is_empty()) {
            return Ok(seats.add(Seat::dynamic(terms.clone())));
        }
        spec.check(*auto_shutdown)?;
        if dynamic.is_some() {
            return Ok(seats.add(Seat::dynamic(spec.terms.clone())));
        }
        if let Some(known) = seats.key_of(&spec.id).and_then(|key| seats.get(key)) {
            return Err(match &known.occupant {
                Some(occupant) if known.is_up() => ChildError::AlreadyStarted(occupant.cell.core().id),
                _ => ChildError::AlreadyPresent,
            });
        }
        Ok(seats.add(Seat::of_spec(spec.clone())))
    }

    fn restart_child(&mut self, id: &str, answer: Starter, ctx: &mut Context<Self>) {
        match self.idle_seat(id) {
            Ok(key) => {
                if let Some(seat) = self.roster.seats().get(key) {
                    seat.starters.push(answer);
                }
                self.make_room_for(key);
                self.start(key, ctx);
            }
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn terminate_child(&mut self, child: &Which, answer: Answer<()>, ctx: &mut Context<Self>) {
        let mut seats = self.roster.seats();
        let key = match child {
            Which::Id(id) => seats.key_of(id),
            Which::Actor(actor) => seats.key_of_actor(actor),
        };
        let Some((key, seat)) = key.and_then(|key| Some((key, seats.get(key)?))) else {
            // An actor that has ended is as good as one that is ended now.
            let has_ended = matches!(child, Which::Actor(actor) if !actor.is_alive());
            return drop(answer.send(if has_ended { Ok(()) } else { Err(ChildError::NotFound) }));
        };
        seat.is_restarting = false;
        seat.answer_starters(&start_failure(ExitReason::Shutdown));
        let before = seat.state;
        let occupant = seat.occupant.clone();
        if occupant.is_some() {
            seat.state = State::Ending;
            seat.enders.push(answer);
        } else {
            seat.state = State::Down;
            drop(answer.send(Ok(())));
        }
        drop(seats);
        match (before, occupant) {
            (State::Parked, Some(Occupant { post, cell, .. })) => {
                cell.core().forbid_restart();
                post.decide(Verdict::Stop);
            }
            (_, Some(_)) => self.end(key, ctx),
            (_, None) => {}
        }
        let is_given_up = self.step.as_mut().is_some_and(|step| step.pass_over(key));
        if is_given_up {
            self.abandon_step();
        } else {
            self.advance(ctx);
        }
    }

    /// A child is started for somebody else than the step that may be under way.
    fn make_room_for(&mut self, key: Key) {
        if let Some(step) = &mut self.step {
            step.make_room_for(key);
        }
    }

    fn delete_child(&mut self, id: &str) -> Result<(), ChildError> {
        let key = self.idle_seat(id)?;
        drop(self.remove(key));
        Ok(())
    }

    /// The place of a child that does not run and is not about to.
    fn idle_seat(&self, id: &str) -> Result<Key, ChildError> {
        let mut seats = self.roster.seats();
        let key = seats.key_of(id).ok_or(ChildError::NotFound)?;
        match seats.get(key) {
            None => Err(ChildError::NotFound),
            Some(seat) if seat.restarts() => Err(ChildError::Restarting),
            Some(seat) if seat.occupant.is_some() => Err(ChildError::Running),
            Some(_) => Ok(key),
        }
    }

    /// Takes a seat away; to be dropped outside the lock.
    fn remove(&self, key: Key) -> Option<Seat> {
        self.roster.seats().remove(key)
    }
}
