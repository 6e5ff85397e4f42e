//! What a mailbox can hold.

use std::ptr::NonNull;

/// What lies in a mailbox: a word that is never null, which marks its slot as written, and the rest.
#[allow(unsafe_code, reason = "only what was split can be joined")]
pub(crate) trait Item: Sized {
    /// Everything but the word.
    type Rest;

    fn split(self) -> (NonNull<()>, Self::Rest);

    /// # Safety
    ///
    /// Both come from one call of [`split`](Self::split), and are joined once.
    unsafe fn join(word: NonNull<()>, rest: Self::Rest) -> Self;

    /// Whether `OnFull::DropOldest` may sacrifice it: a user's message, not a stop marker or a timer's tick.
    fn is_droppable(&self) -> bool;
}

/// The order in which the consumer looks: all of `First` before any of `Next`, and so on. What was put back comes before
/// what is `Urgent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What the consumer itself has to do before all it wanted to do; the last one comes first.
    First,
    /// What the consumer itself wants to do before anything that is queued.
    Next,
    System,
    Urgent,
    User,
}

/// What became of an offered item.
#[derive(Debug)]
#[must_use]
pub(crate) enum Offer<T> {
    Queued,
    /// Queued in place of the oldest one, which comes back.
    Displaced(T),
    /// Dropped by policy: the item itself comes back, the sender is told nothing.
    Discarded(T),
    Full(T),
    Closed(T),
}
