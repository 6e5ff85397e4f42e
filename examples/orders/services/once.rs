//! Steps that take place once for an order, however often they are asked for and wherever a crash comes between.

use std::fmt;

use actors::prelude::*;
use serde::{Deserialize, Serialize};

use super::bookkeeping::Bookkeeping;
use super::ledger::Service;
use super::remembered::Remembered;
use crate::books::Effect;
use crate::faults::{Crashes, Moment};

/// What payments and shipping have in common: a memory of steps taken, the books behind it, crashes on purpose.
pub(super) struct Once<Step> {
    taken: Remembered<Step>,
    bookkeeping: Bookkeeping,
    crashes: Crashes,
}

/// A step that an order asks for.
pub(super) struct Asked<Step> {
    pub(super) number: u64,
    /// The oldest order that may still be on its way.
    pub(super) floor: u64,
    pub(super) step: Step,
    pub(super) effect: Effect,
    pub(super) declined: bool,
}

/// Why a step did not take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StepError {
    /// The service will not do it, today or tomorrow.
    Declined,
    /// The order has ended, or no such step is booked any more.
    TooLate,
    /// The books did not answer: whether the step took place is known to the service's next life.
    Unbooked,
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declined => "declined",
            Self::TooLate => "too late",
            Self::Unbooked => "the books did not answer",
        })
    }
}

impl<Step: Ord + Copy> Once<Step> {
    pub(super) fn new(bookkeeping: Bookkeeping, crashes: Crashes) -> Self {
        Self { taken: Remembered::new(0, []), bookkeeping, crashes }
    }

    /// Learns from the books what earlier lives did.
    pub(super) async fn recall(
        &mut self,
        service: Service,
        step_of: impl Fn(&Effect) -> Option<Step>,
    ) -> Result<(), AskError> {
        let recalled = self.bookkeeping.recall(service).await?;
        let taken = recalled.bookings.iter();
        let taken = taken.filter_map(|booking| Some((booking.number, step_of(&booking.effect)?)));
        self.taken = Remembered::new(recalled.floor, taken);
        Ok(())
    }

    /// Takes a step unless it was taken. The effect is its booking: what is in the books has taken place.
    pub(super) async fn take<A: Actor>(
        &mut self,
        asked: Asked<Step>,
        ctx: &mut Context<A>,
    ) -> Result<(), StepError> {
        let fate = self.crashes.next_call();
        fate.strike(Moment::BeforeEffect);
        let Asked { number, floor, step, effect, declined } = asked;
        let outcome = if !self.taken.is_open(number, floor) {
            Err(StepError::TooLate)
        } else if self.taken.contains(number, step) {
            Ok(())
        } else if declined {
            Err(StepError::Declined)
        } else {
            let booked = self.book(number, effect, ctx).await;
            fate.strike(Moment::AfterBooking);
            if booked.is_ok() {
                self.taken.insert(number, step);
            }
            booked
        };
        fate.strike(Moment::BeforeAnswer);
        outcome
    }

    async fn book<A: Actor>(
        &self,
        number: u64,
        effect: Effect,
        ctx: &mut Context<A>,
    ) -> Result<(), StepError> {
        match self.bookkeeping.book(number, effect).await {
            Ok(()) => Ok(()),
            Err(CallError::Handler(_)) => Err(StepError::TooLate),
            Err(CallError::Ask(error)) => {
                ctx.fail(error);
                Err(StepError::Unbooked)
            }
        }
    }
}
