//! What can be published.

use crate::message::Message;

/// Something that happened, published on a topic. An event is a message too, so actors handle it like any other.
///
/// Usually derived:
///
/// ```ignore
/// #[derive(Event, Clone)]
/// #[event(topic = "orders.placed", key = order_id)]
/// struct OrderPlaced { order_id: u64 }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Clone)]` with `#[event(topic = \"…\")]`"
)]
pub trait Event: Message<Reply = ()> + Clone + Sync {
    /// The topic: segments of letters, digits, `_` and `-`, joined by dots.
    const TOPIC: &'static str;

    /// Events with the same key are handled one after another, in the order they were published.
    fn key(&self) -> Option<String> {
        None
    }
}
