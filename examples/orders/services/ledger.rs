//! The ledger: keeps the books, and is the memory of every service that crashes.

use std::fmt;
use std::sync::Arc;

use actors::prelude::*;
use serde::{Deserialize, Serialize};

use super::dispatch::OrderPlaced;
use crate::books::{Audit, Booking, Books, Effect, Totals};
use crate::order::{Catalog, ProductId};

#[derive(Debug)]
pub(crate) struct Ledger {
    books: Books,
    shipping_closed: bool,
}

impl Ledger {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { books: Books::new(catalog), shipping_closed: false }
    }

    /// A restarted ledger would have empty books: whoever is above has to see to it.
    pub(crate) fn on_failure(_: &ActorError) -> Directive {
        Directive::Escalate
    }
}

impl Actor for Ledger {
    /// From here on it answers on the bus.
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        let (bus, myself) = (ctx.system().bus(), ctx.myself());
        bus.answer::<Book>(&myself);
        bus.answer::<Recall>(&myself);
        bus.answer::<RecallStock>(&myself);
        Ok(())
    }
}

/// Whose bookings to recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Service {
    Stock,
    Payments,
    Shipping,
}

/// What a service that starts again has to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recalled {
    /// The oldest order that may still be on its way.
    pub(crate) floor: u64,
    /// What was done for the orders that have not ended.
    pub(crate) bookings: Vec<Booking>,
}

/// Shipments are not booked any more: the shipping node was given up, and its orders are being undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shipments are not booked any more")
    }
}

/// What services ask, on whatever node they are.
#[handlers(client = LedgerForServices)]
impl Ledger {
    /// Books an effect that has just taken place.
    #[handler(remote = "orders.book/1")]
    pub(crate) fn book(&mut self, booking: Booking) -> Result<(), Refused> {
        if self.shipping_closed && booking.effect == Effect::Shipped {
            return Err(Refused);
        }
        self.books.book(booking);
        Ok(())
    }

    #[handler(remote = "orders.recall/1")]
    pub(crate) fn recall(&mut self, service: Service) -> Recalled {
        let bookings = self.books.open_effects().filter(|booking| service.does(&booking.effect)).collect();
        Recalled { floor: self.books.ended_up_to() + 1, bookings }
    }
}

#[handlers]
impl Ledger {
    /// How much of each product has been shipped for good, and what is recalled of the stock besides: in one answer,
    /// because between two an order might end.
    #[handler]
    pub(crate) fn recall_stock(&mut self, products: Vec<ProductId>) -> (Vec<u64>, Recalled) {
        let taken = products.iter().map(|product| self.books.totals().taken(*product)).collect();
        (taken, self.recall(Service::Stock))
    }

    /// Books no shipment from here on. Whether one is in the books is certain after this.
    #[handler]
    pub(crate) fn close_shipping(&mut self) {
        self.shipping_closed = true;
    }

    /// Whether the shipment of an order on its way is in the books.
    #[handler]
    pub(crate) fn has_shipped(&mut self, number: u64) -> bool {
        self.books.has_shipped(number)
    }

    /// How many orders have ended.
    #[handler]
    pub(crate) fn ended(&mut self) -> u64 {
        self.books.ended()
    }

    /// The totals, and what does not add up if so many orders were placed.
    #[handler]
    pub(crate) fn statement(&mut self, placed: u64) -> (Totals, Audit) {
        (self.books.totals().clone(), self.books.audit(placed))
    }
}

impl Handler<OrderPlaced> for Ledger {
    async fn handle(&mut self, placed: OrderPlaced, _: &mut Context<Self>) {
        self.books.place(placed.order);
    }
}

impl Service {
    fn does(self, effect: &Effect) -> bool {
        match effect {
            Effect::Reserved { .. } | Effect::Released { .. } => self == Self::Stock,
            Effect::Charged { .. } | Effect::Refunded { .. } => self == Self::Payments,
            Effect::Shipped => self == Self::Shipping,
            Effect::Ended { .. } => false,
        }
    }
}
