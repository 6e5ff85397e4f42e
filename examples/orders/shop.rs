//! The business as an order's actor sees it: a reference to every service.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actors::prelude::*;
use tokio::sync::OnceCell;

use crate::faults::{Crashes, Declines};
use crate::options::Options;
use crate::order::{Catalog, ProductId};
use crate::services::{
    Bookkeeping, Ledger, LedgerClient, Payments, Shards, Ship, Shipping, StepError, Stock, insist_unless,
};
use crate::shelf::Shelf;
use crate::window::Window;

/// Actors for each service.
pub(crate) const SHARDS: u64 = 4;
/// A crash on purpose can hit any call, so there is no number of restarts that would be too many.
const RESTART: Restart = Restart::transient().max(u32::MAX, Duration::from_millis(1));

pub(crate) struct Shop {
    pub(crate) ledger: ActorRef<Ledger>,
    pub(crate) bookkeeping: Bookkeeping,
    pub(crate) stock: Shards<ActorRef<Stock>>,
    pub(crate) payments: Shards<ActorRef<Payments>>,
    pub(crate) shipping: Shards<Recipient<Ship>>,
    pub(crate) window: Arc<Window>,
    shipping_given_up: OnceCell<()>,
}

impl Shop {
    /// Opens every service but shipping, which may be elsewhere.
    pub(crate) fn open(
        system: &ActorSystem,
        options: &Options,
        catalog: &Catalog,
        ledger: ActorRef<Ledger>,
        bookkeeping: Bookkeeping,
        shipping: Shards<Recipient<Ship>>,
    ) -> Self {
        Self {
            stock: stock(system, catalog, &ledger, &bookkeeping),
            payments: payments(system, options, &bookkeeping),
            ledger,
            bookkeeping,
            shipping,
            window: Arc::default(),
            shipping_given_up: OnceCell::new(),
        }
    }

    /// Asks shipping for an order until it answers, or is given up.
    pub(crate) async fn ship(&self, customer: &str, number: u64) -> Result<(), CallError<StepError>> {
        let door = self.shipping.of_text(customer);
        let given_up = || self.shipping_given_up.initialized();
        insist_unless(given_up, || door.ask(Ship { number, floor: self.window.floor() })).await
    }

    /// Has no more shipments booked, once and for all. After this, what the books say of a shipment is final.
    pub(crate) async fn give_up_shipping(&self, why: &(impl fmt::Display + ?Sized)) -> Result<(), AskError> {
        let give_up = || async {
            self.ledger.close_shipping().await?;
            eprintln!("shipping is gone ({why}): what it has not shipped is refunded and released");
            Ok(())
        };
        self.shipping_given_up.get_or_try_init(give_up).await.copied()
    }
}

fn stock(
    system: &ActorSystem,
    catalog: &Catalog,
    ledger: &ActorRef<Ledger>,
    bookkeeping: &Bookkeeping,
) -> Shards<ActorRef<Stock>> {
    Shards::new((0..SHARDS).map(|shard| {
        let products = catalog.products.iter().filter(|(id, _)| u64::from(**id) % SHARDS == shard);
        let stock: BTreeMap<ProductId, Option<u64>> =
            products.map(|(id, product)| (*id, product.stock)).collect();
        let (ledger, bookkeeping) = (ledger.clone(), bookkeeping.clone());
        let keeper = move || {
            let shelves = stock.iter().map(|(id, stock)| (*id, Shelf::new(*stock))).collect();
            Stock::new(shelves, ledger.clone(), bookkeeping.clone())
        };
        system.actor(keeper).restart(RESTART).spawn()
    }))
}

fn payments(
    system: &ActorSystem,
    options: &Options,
    bookkeeping: &Bookkeeping,
) -> Shards<ActorRef<Payments>> {
    let (crashes, declines) = (Crashes::every(options.crash_every), Declines(options.decline_every));
    Shards::new((0..SHARDS).map(|_| {
        let (bookkeeping, crashes) = (bookkeeping.clone(), crashes.clone());
        let cashier = move || Payments::new(bookkeeping.clone(), crashes.clone(), declines);
        system.actor(cashier).restart(RESTART).spawn()
    }))
}

/// The shards of shipping, on the node that is to have them.
pub(crate) fn shipping(
    system: &ActorSystem,
    options: &Options,
    bookkeeping: &Bookkeeping,
) -> Vec<ActorRef<Shipping>> {
    let (crashes, declines) = (Crashes::every(options.crash_every), Declines(options.decline_every));
    let shards = (0..SHARDS).map(|_| {
        let (bookkeeping, crashes) = (bookkeeping.clone(), crashes.clone());
        let shipper = move || Shipping::new(bookkeeping.clone(), crashes.clone(), declines);
        system.actor(shipper).restart(RESTART).spawn()
    });
    shards.collect()
}
