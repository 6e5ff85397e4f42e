//! How a service reaches the books, on this node or another.

use actors::prelude::*;

use super::ledger::{Book, Ledger, Recall, Recalled, Refused, Service};
use crate::books::{Booking, Effect};

/// The ledger as services see it: they book what they did, and ask for it after a restart.
#[derive(Clone, Debug)]
pub(crate) enum Bookkeeping {
    /// On the ledger's node: whoever answers on the bus.
    Bus(Bus),
    /// On another node.
    Remote { book: Recipient<Book>, recall: Recipient<Recall> },
}

impl Bookkeeping {
    /// The ledger of another node.
    pub(crate) fn remote(ledger: &RemoteRef<Ledger>) -> Self {
        Self::Remote { book: ledger.recipient(), recall: ledger.recipient() }
    }

    /// Returns once the effect is in the books: from then on a restarted service learns of it.
    pub(super) async fn book(&self, number: u64, effect: Effect) -> Result<(), CallError<Refused>> {
        let booking = Book { booking: Booking { number, effect } };
        match self {
            Self::Bus(bus) => bus.request(booking).await,
            Self::Remote { book, .. } => book.ask(booking).await,
        }
    }

    /// What `service` did for orders on their way.
    pub(super) async fn recall(&self, service: Service) -> Result<Recalled, AskError> {
        match self {
            Self::Bus(bus) => bus.request(Recall { service }).await,
            Self::Remote { recall, .. } => recall.ask(Recall { service }).await,
        }
    }
}
