//! What publishers hear from a group.

use super::event::AnyEvent;

/// What became of an offered event.
#[must_use]
pub(super) enum Offer {
    Taken,
    /// Taken in place of the oldest one, which comes back, or itself dropped by policy.
    Dropped(AnyEvent),
    /// No room now, and the policy is to wait for it.
    Busy,
    Rejected,
    /// The group has ended.
    Gone,
}
