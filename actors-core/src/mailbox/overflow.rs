//! The overflow policies.

/// What happens to a message that finds the mailbox, or a subscription's buffer, full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnFull {
    /// The sender waits for room; waiting senders are served in the order they came. The default.
    #[default]
    Wait,
    /// The sender gets the message back at once.
    Reject,
    /// The new message is dropped, counted as a dead letter; the sender is not told.
    DropNewest,
    /// The oldest waiting message is dropped, counted as a dead letter, and the new one takes its place.
    DropOldest,
}
