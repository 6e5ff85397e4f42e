//! What members of a group find when they come for events.

use super::event::AnyEvent;
use super::line::Entry;

/// What came of taking several events.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Some, by one of so many members.
    Some { members: usize },
    /// Nothing now.
    Nothing,
    /// Nothing any more.
    Over,
}

/// What there is to take.
pub(super) enum Next {
    Event(Entry<AnyEvent>),
    /// Nothing now.
    Nothing,
    /// Nothing any more.
    Over,
}
