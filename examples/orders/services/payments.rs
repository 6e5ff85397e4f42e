//! Payments: charges customers and pays back. Keyed by customer.

use actors::prelude::*;
use rust_decimal::Decimal;

use super::bookkeeping::Bookkeeping;
use super::ledger::Service;
use super::once::{Asked, Once, StepError};
use super::sharded;
use crate::books::Effect;
use crate::faults::{Crashes, Declines};
use crate::options::Options;

/// The supervisor of payments.
pub(crate) fn tree(options: &Options, bookkeeping: &Bookkeeping) -> Supervisor {
    let (crashes, declines) = (Crashes::every(options.crash_every), Declines(options.decline_every));
    let bookkeeping = bookkeeping.clone();
    sharded::tree(options, move |_| Payments::new(bookkeeping.clone(), crashes.clone(), declines))
}

pub(crate) struct Payments {
    steps: Once<Step>,
    declines: Declines,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Charge,
    Refund,
}

impl Actor for Payments {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        let step_of = |effect: &Effect| match effect {
            Effect::Charged { .. } => Some(Step::Charge),
            Effect::Refunded { .. } => Some(Step::Refund),
            _ => None,
        };
        Ok(self.steps.recall(Service::Payments, step_of).await?)
    }
}

impl Payments {
    fn new(bookkeeping: Bookkeeping, crashes: Crashes, declines: Declines) -> Self {
        Self { steps: Once::new(bookkeeping, crashes), declines }
    }
}

#[handlers]
impl Payments {
    /// Charges the customer of order `number`, the oldest order on its way being `floor`.
    #[handler]
    pub(crate) async fn charge(
        &mut self,
        number: u64,
        floor: u64,
        amount: Decimal,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        let declined = self.declines.by_payments(number);
        let asked = Asked { number, floor, step: Step::Charge, effect: Effect::Charged { amount }, declined };
        self.steps.take(asked, ctx).await
    }

    /// Pays back what order `number` was charged.
    #[handler]
    pub(crate) async fn refund(
        &mut self,
        number: u64,
        floor: u64,
        amount: Decimal,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        let effect = Effect::Refunded { amount };
        let asked = Asked { number, floor, step: Step::Refund, effect, declined: false };
        self.steps.take(asked, ctx).await
    }
}
