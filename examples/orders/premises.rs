//! What all parts of the business are given: the same for every life of every actor.

use std::fmt;
use std::sync::Arc;

use actors::prelude::*;
use tokio::sync::OnceCell;

use crate::options::Options;
use crate::order::Catalog;
use crate::services::{Bookkeeping, Ledger, LedgerClient};
use crate::window::Window;

pub(crate) struct Premises {
    pub(crate) options: Options,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) bookkeeping: Bookkeeping,
    pub(crate) window: Arc<Window>,
    shipping_given_up: OnceCell<()>,
}

impl Premises {
    pub(crate) fn new(options: Options, catalog: Catalog, bookkeeping: Bookkeeping) -> Self {
        let (catalog, window) = (Arc::new(catalog), Arc::default());
        Self { options, catalog, bookkeeping, window, shipping_given_up: OnceCell::new() }
    }

    /// Has no more shipments booked, once and for all. After this, what the books say of a shipment is final.
    pub(crate) async fn give_up_shipping(
        &self,
        ledger: &ActorRef<Ledger>,
        why: &(impl fmt::Display + ?Sized),
    ) -> Result<(), AskError> {
        let give_up = || async {
            ledger.close_shipping().await?;
            eprintln!("shipping is gone ({why}): what it has not shipped is refunded and released");
            Ok(())
        };
        self.shipping_given_up.get_or_try_init(give_up).await.copied()
    }

    pub(crate) fn is_shipping_given_up(&self) -> bool {
        self.shipping_given_up.initialized()
    }
}
