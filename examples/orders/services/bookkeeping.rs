//! How a service reaches the books, on this node or another.

use actors::prelude::*;

use super::ledger::{Book, Recall, Recalled, Refused, Service};
use crate::books::{Booking, Effect};

/// The ledger as services see it: they book what they did, and ask for it after a restart.
#[derive(Clone, Debug)]
pub(crate) struct Bookkeeping {
    pub(crate) book: Recipient<Book>,
    pub(crate) recall: Recipient<Recall>,
}

impl Bookkeeping {
    /// Returns once the effect is in the books: from then on a restarted service learns of it.
    pub(super) async fn book(&self, number: u64, effect: Effect) -> Result<(), CallError<Refused>> {
        self.book.ask(Book { booking: Booking { number, effect } }).await
    }

    /// What `service` did for orders on their way.
    pub(super) async fn recall(&self, service: Service) -> Result<Recalled, AskError> {
        self.recall.ask(Recall { service }).await
    }
}
