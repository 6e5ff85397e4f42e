//! Stock: keeps the shelves of some products. Keyed by product.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actors::prelude::*;

use super::bookkeeping::Bookkeeping;
use super::ledger::RecallStock;
use super::once::StepError;
use super::sharded;
use crate::books::Effect;
use crate::order::{Catalog, ProductId};
use crate::premises::Premises;
use crate::shelf::{Decision, Shelf};

/// The supervisor of the stock.
pub(crate) fn tree(premises: &Premises) -> Supervisor {
    let (catalog, bookkeeping) = (Arc::clone(&premises.catalog), premises.bookkeeping.clone());
    sharded::tree(&premises.options, move |shard| Stock::new(shelves(&catalog, shard), bookkeeping.clone()))
}

/// The shelves of one shard as they are before the first order.
fn shelves(catalog: &Catalog, shard: u64) -> BTreeMap<ProductId, Shelf> {
    let products = catalog.products.iter().filter(|(id, _)| u64::from(**id) % sharded::SHARDS == shard);
    products.map(|(id, product)| (*id, Shelf::new(product.stock))).collect()
}

pub(crate) struct Stock {
    shelves: BTreeMap<ProductId, Shelf>,
    /// Orders that wait for the answer to their claim.
    waiting: HashMap<(ProductId, u64), Vec<ReplyTo<bool>>>,
    bookkeeping: Bookkeeping,
}

impl Actor for Stock {
    /// Sets the shelves up as the books say they must be; in a first life nothing is booked.
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        let products: Vec<ProductId> = self.shelves.keys().copied().collect();
        let (taken, recalled) = ctx.system().bus().request(RecallStock { products }).await?;
        for (shelf, taken) in self.shelves.values_mut().zip(taken) {
            shelf.take_away(taken);
        }
        for booking in recalled.bookings {
            match booking.effect {
                Effect::Reserved { product, quantity } => {
                    if let Some(shelf) = self.shelves.get_mut(&product) {
                        shelf.restore(booking.number, quantity);
                    }
                }
                Effect::Released { product, .. } => {
                    // Nobody has claimed anything yet, so this decides nothing.
                    _ = self.on_shelf(product, |shelf| shelf.settle(booking.number, false));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Stock {
    fn new(shelves: BTreeMap<ProductId, Shelf>, bookkeeping: Bookkeeping) -> Self {
        Self { shelves, waiting: HashMap::new(), bookkeeping }
    }

    fn on_shelf(
        &mut self,
        product: ProductId,
        change: impl FnOnce(&mut Shelf) -> Vec<Decision>,
    ) -> Vec<Decision> {
        self.shelves.get_mut(&product).map(change).unwrap_or_default()
    }

    /// Books what was granted, then tells the orders that wait for it.
    async fn announce(
        &mut self,
        product: ProductId,
        decisions: Vec<Decision>,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        for Decision { number, quantity, granted } in decisions {
            if granted {
                self.book(number, Effect::Reserved { product, quantity }, ctx).await?;
            }
            for reply in self.waiting.remove(&(product, number)).unwrap_or_default() {
                reply.send(granted);
            }
        }
        Ok(())
    }

    /// If the books do not answer, whether it is booked is known to the next life only.
    async fn book(&mut self, number: u64, effect: Effect, ctx: &mut Context<Self>) -> Result<(), StepError> {
        self.bookkeeping.book(number, effect).await.map_err(|error| {
            ctx.fail(error);
            StepError::Unbooked
        })
    }
}

#[handlers]
impl Stock {
    /// Order `number` will ask for `quantity`. Told for every order in sequence, before any is driven: the
    /// shelf decides by this sequence.
    #[handler]
    pub(crate) async fn claim(
        &mut self,
        number: u64,
        product: ProductId,
        quantity: u64,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        let decisions = self.on_shelf(product, |shelf| shelf.claim(number, quantity));
        self.announce(product, decisions, ctx).await
    }

    /// Answers whether the order gets what it claimed, once that is certain.
    #[handler]
    pub(crate) async fn reserve(
        &mut self,
        number: u64,
        product: ProductId,
        quantity: u64,
        reply: ReplyTo<bool>,
        ctx: &mut Context<Self>,
    ) {
        // Claimed again, because the claim is lost if this keeper has started again since.
        if self.claim(number, product, quantity, ctx).await.is_err() {
            return;
        }
        match self.shelves.get(&product).and_then(|shelf| shelf.decision(number)) {
            Some(decision) => reply.send(decision.granted),
            None => self.waiting.entry((product, number)).or_default().push(reply),
        }
    }

    /// The order ends without its goods: they are for sale again.
    #[handler]
    pub(crate) async fn release(
        &mut self,
        number: u64,
        product: ProductId,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        let decision = self.shelves.get(&product).and_then(|shelf| shelf.decision(number));
        if let Some(Decision { quantity, granted: true, .. }) = decision {
            self.book(number, Effect::Released { product, quantity }, ctx).await?;
        }
        let decisions = self.on_shelf(product, |shelf| shelf.settle(number, false));
        self.announce(product, decisions, ctx).await
    }

    /// The order was shipped: its goods are gone.
    #[handler]
    pub(crate) async fn take(
        &mut self,
        number: u64,
        product: ProductId,
        ctx: &mut Context<Self>,
    ) -> Result<(), StepError> {
        let decisions = self.on_shelf(product, |shelf| shelf.settle(number, true));
        self.announce(product, decisions, ctx).await
    }
}
