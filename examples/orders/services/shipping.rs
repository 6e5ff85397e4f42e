//! Shipping: sends the goods. Keyed by customer; runs on a node of its own unless told otherwise.

use actors::prelude::*;

use super::bookkeeping::Bookkeeping;
use super::ledger::Service;
use super::once::{Asked, Once, StepError};
use super::sharded;
use crate::books::Effect;
use crate::faults::{Crashes, Declines};
use crate::options::Options;

/// The supervisor of shipping, on the node that is to have it.
pub(crate) fn tree(options: &Options, bookkeeping: &Bookkeeping) -> Supervisor {
    let (crashes, declines) = (Crashes::every(options.crash_every), Declines(options.decline_every));
    let bookkeeping = bookkeeping.clone();
    sharded::tree(options, move |_| Shipping::new(bookkeeping.clone(), crashes.clone(), declines))
}

pub(crate) struct Shipping {
    steps: Once<()>,
    declines: Declines,
}

impl Actor for Shipping {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        let step_of = |effect: &Effect| matches!(effect, Effect::Shipped).then_some(());
        Ok(self.steps.recall(Service::Shipping, step_of).await?)
    }
}

impl Shipping {
    fn new(bookkeeping: Bookkeeping, crashes: Crashes, declines: Declines) -> Self {
        Self { steps: Once::new(bookkeeping, crashes), declines }
    }
}

#[handlers]
impl Shipping {
    /// Ships order `number`, the oldest order on its way being `floor`.
    #[handler(remote = "orders.ship/1")]
    pub(crate) async fn ship(
        &mut self,
        number: u64,
        floor: u64,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        let declined = self.declines.by_shipping(number);
        self.steps.take(Asked { number, floor, step: (), effect: Effect::Shipped, declined }, ctx).await
    }
}
