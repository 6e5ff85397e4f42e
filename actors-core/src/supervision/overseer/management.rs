//! What users want of a running supervisor.

use super::{Order, Overseer, Which};
use crate::error::ChildError;
use crate::exit::ExitReason;
use crate::kernel::context::Context;
use crate::kernel::custody::Verdict;
use crate::supervision::ChildSpec;
use crate::supervision::info::{ChildCounts, ChildInfo};
use crate::supervision::roster::{Key, Occupant, Seat, Starter, State, start_failure};

type Answer<T> = tokio::sync::oneshot::Sender<Result<T, ChildError>>;

impl Overseer {
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
        self.roster.seats().from(0).rev().map(|(_, seat)| ChildInfo::of(seat)).collect()
    }

    fn count_children(&self) -> ChildCounts {
        let seats = self.roster.seats();
        let count = |matching: fn(&Seat) -> bool| seats.from(0).filter(|(_, seat)| matching(seat)).count();
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
        if let Err(reason) = self.launch(key, &spec, ctx)
            && let Some(mut seat) = self.remove(key)
        {
            seat.answer_starters(&start_failure(reason));
        }
    }

    /// The place of a child that is new.
    fn seat_for(&self, spec: &ChildSpec) -> Result<Key, ChildError> {
        let mut seats = self.roster.seats();
        if let Some(terms) = &self.roster.policy.dynamic {
            return Ok(seats.add(Seat::dynamic(terms.clone())));
        }
        if let Some(known) = seats.key_of(&spec.id).and_then(|key| seats.get(key)) {
            return Err(match &known.occupant {
                Some(occupant) => ChildError::AlreadyStarted(occupant.cell.core().id),
                None => ChildError::AlreadyPresent,
            });
        }
        spec.check(self.roster.policy.auto_shutdown)?;
        Ok(seats.add(Seat::of_spec(spec.clone())))
    }

    fn restart_child(&mut self, id: &str, answer: Starter, ctx: &mut Context<Self>) {
        match self.idle_seat(id) {
            Ok(key) => {
                if let Some(seat) = self.roster.seats().get(key) {
                    seat.starters.push(answer);
                }
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
        let Some(seat) = key.and_then(|key| seats.get(key)) else {
            return drop(answer.send(Err(ChildError::NotFound)));
        };
        if seat.occupant.is_none() {
            seat.is_restarting = false;
            return drop(answer.send(Ok(())));
        }
        seat.enders.push(answer);
        seat.is_restarting = false;
        seat.answer_starters(&start_failure(ExitReason::Shutdown));
        let (state, occupant) = (seat.state, seat.occupant.clone());
        drop(seats);
        match (state, occupant) {
            (State::Parked, Some(Occupant { post, cell, .. })) => {
                cell.core().forbid_restart();
                post.decide(Verdict::Stop);
            }
            (_, Some(_)) => self.end(key.unwrap_or_default(), ctx),
            (_, None) => {}
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
