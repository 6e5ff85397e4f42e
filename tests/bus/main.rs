//! The promises of the event bus, through the public API.

mod api;
mod consumers;
mod delivery;
mod failures;
mod groups;

use actors::prelude::*;

#[derive(Event, Clone, Debug, PartialEq)]
#[event(topic = "orders.placed", key = order_id)]
pub(crate) struct OrderPlaced {
    pub(crate) order_id: u64,
    pub(crate) number: u64,
}

pub(crate) fn placed(order_id: u64, number: u64) -> OrderPlaced {
    OrderPlaced { order_id, number }
}

/// Lets every other task run until nothing changes any more, as far as one worker thread goes.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
