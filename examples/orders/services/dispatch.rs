//! Dispatch: starts an actor for each order that was placed, no more at a time than the window allows.

use std::sync::Arc;

use actors::prelude::*;

use super::order_flow::OrderFlow;
use super::stock::StockClient;
use crate::order::Order;
use crate::shop::Services;

/// An order has come in: published on the bus, booked by the ledger, set on its way by dispatch.
#[derive(Clone, Debug, Event)]
#[event(topic = "orders.placed", key = number)]
pub(crate) struct OrderPlaced {
    pub(crate) number: u64,
    pub(crate) order: Arc<Order>,
}

#[derive(Actor)]
pub(crate) struct Dispatch {
    services: Arc<Services>,
    flows: Children<OrderFlow>,
}

impl Dispatch {
    pub(crate) fn new(services: Arc<Services>, flows: Children<OrderFlow>) -> Self {
        Self { services, flows }
    }
}

impl Handler<OrderPlaced> for Dispatch {
    async fn handle(&mut self, placed: OrderPlaced, ctx: &mut Context<Self>) {
        let OrderPlaced { number, order } = placed;
        let ticket = Arc::new(self.services.premises.window.admit(number).await);
        // Claims are made here, in sequence, and not by the orders' actors, which run as they please.
        for (product, quantity) in order.demand() {
            let claim = self.services.stock.of(product.into()).claim(number, product, quantity);
            if let Err(error) = claim.tell().await {
                return ctx.fail(error);
            }
        }
        let services = Arc::clone(&self.services);
        let flow = move || OrderFlow::new(Arc::clone(&order), Arc::clone(&services), Arc::clone(&ticket));
        if let Err(error) = self.flows.spawn(flow).await {
            ctx.fail(error);
        }
    }
}
