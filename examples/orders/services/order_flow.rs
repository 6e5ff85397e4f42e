//! The actor of one order: drives it forward step by step, and back in reverse when a step fails.
//!
//! ```text
//! reserve ──▶ charge ──▶ ship ──▶ shipped
//!    │          │          │
//!    ▼          ▼          ▼
//! release ◀─ release ◀── refund        rejected, or compensated if there was a refund
//! ```
//!
//! A step whose service crashes is asked for again: the order's number is its idempotency key.

use std::fmt;
use std::sync::Arc;

use actors::prelude::*;

use super::insist::insist;
use super::ledger::LedgerClient;
use super::once::StepError;
use super::payments::PaymentsClient;
use super::stock::StockClient;
use crate::books::{Effect, Outcome};
use crate::order::Order;
use crate::shop::Services;
use crate::window::Ticket;

pub(crate) struct OrderFlow {
    order: Arc<Order>,
    services: Arc<Services>,
    /// Held for as long as the order is on its way.
    _ticket: Arc<Ticket>,
}

/// What takes a step back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Undo {
    Release,
    Refund,
}

impl OrderFlow {
    pub(crate) fn new(order: Arc<Order>, services: Arc<Services>, ticket: Arc<Ticket>) -> Self {
        Self { order, services, _ticket: ticket }
    }
}

impl Actor for OrderFlow {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        Ok(ctx.myself().run().try_tell()?)
    }
}

#[handlers]
impl OrderFlow {
    /// Drives the order to its end.
    #[handler]
    async fn run(&mut self, ctx: &mut Context<Self>) {
        if let Err(error) = self.drive().await {
            // The books keep the order as lost: it is counted there.
            eprintln!("order {} is given up: {error}", self.order.id);
        }
        ctx.stop();
    }
}

impl OrderFlow {
    async fn drive(&self) -> Result<(), GivenUp> {
        let mut undo = Vec::new();
        let outcome = if self.forward(&mut undo).await? {
            self.take_goods().await?;
            Outcome::Shipped
        } else {
            let refunds = undo.contains(&Undo::Refund);
            while let Some(step) = undo.pop() {
                self.back(step).await?;
            }
            if refunds { Outcome::Compensated } else { Outcome::Rejected }
        };
        let end = self.services.premises.bookkeeping.book(self.order.number, Effect::Ended { outcome });
        end.await.map_err(GivenUp::at("end"))
    }

    /// Takes the steps; `false` as soon as one fails. `undo` is what takes back those that may have taken place.
    async fn forward(&self, undo: &mut Vec<Undo>) -> Result<bool, GivenUp> {
        undo.push(Undo::Release);
        if !(self.reserve().await? && self.charge().await?) {
            return Ok(false);
        }
        undo.push(Undo::Refund);
        self.ship().await
    }

    async fn back(&self, step: Undo) -> Result<(), GivenUp> {
        match step {
            Undo::Release => self.release().await,
            Undo::Refund => self.refund().await,
        }
    }

    /// Whether every product was to be had.
    async fn reserve(&self) -> Result<bool, GivenUp> {
        let number = self.order.number;
        for (product, quantity) in self.order.demand() {
            let stock = self.services.stock.of(product.into());
            let answer = insist(|| stock.reserve(number, product, quantity)).await;
            if !answer.map_err(GivenUp::at("reserve"))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn release(&self) -> Result<(), GivenUp> {
        for product in self.order.demand().into_keys() {
            let stock = self.services.stock.of(product.into());
            insist(|| stock.release(self.order.number, product)).await.map_err(GivenUp::at("release"))?;
        }
        Ok(())
    }

    async fn take_goods(&self) -> Result<(), GivenUp> {
        for product in self.order.demand().into_keys() {
            let stock = self.services.stock.of(product.into());
            insist(|| stock.take(self.order.number, product)).await.map_err(GivenUp::at("take"))?;
        }
        Ok(())
    }

    /// Whether the customer paid.
    async fn charge(&self) -> Result<bool, GivenUp> {
        let payments = self.services.payments.of_text(&self.order.customer);
        let (number, amount) = (self.order.number, self.order.total);
        match insist(|| payments.charge(number, self.services.premises.window.floor(), amount)).await {
            Ok(()) => Ok(true),
            Err(CallError::Handler(StepError::Declined)) => Ok(false),
            Err(error) => Err(GivenUp::at("charge")(error)),
        }
    }

    async fn refund(&self) -> Result<(), GivenUp> {
        let payments = self.services.payments.of_text(&self.order.customer);
        let (number, amount) = (self.order.number, self.order.total);
        let refund = insist(|| payments.refund(number, self.services.premises.window.floor(), amount));
        refund.await.map_err(GivenUp::at("refund"))
    }

    /// Whether the goods were sent. If shipping is gone, the books know: it ships nothing that they do not have.
    async fn ship(&self) -> Result<bool, GivenUp> {
        let number = self.order.number;
        match self.services.ship(&self.order.customer, number).await {
            Ok(()) => Ok(true),
            Err(CallError::Handler(StepError::Declined)) => Ok(false),
            Err(error) => {
                let given_up = self.services.premises.give_up_shipping(&self.services.ledger, &error).await;
                given_up.map_err(GivenUp::at("ship"))?;
                insist(|| self.services.ledger.has_shipped(number)).await.map_err(GivenUp::at("ship"))
            }
        }
    }
}

/// An order that could not be brought to an end, because a service stayed away.
#[derive(Debug)]
struct GivenUp {
    step: &'static str,
    cause: String,
}

impl GivenUp {
    fn at<E: fmt::Display>(step: &'static str) -> impl FnOnce(E) -> Self {
        move |cause| Self { step, cause: cause.to_string() }
    }
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.cause)
    }
}
