//! How large a mailbox is and what happens when it is full.

use super::OnFull;

/// The bound of a mailbox and its overflow policy. The default holds 1,024 messages and lets senders wait.
///
/// ```
/// # use actors_core::{Mailbox, OnFull};
/// let inbox = Mailbox::bounded(64).on_full(OnFull::Reject);
/// assert_eq!(inbox.bound(), Some(64));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox {
    bound: Option<usize>,
    on_full: OnFull,
}

impl Mailbox {
    /// The bound of a mailbox nobody configured, in messages.
    pub const DEFAULT_BOUND: usize = 1024;

    /// Holds at most `bound` user messages.
    ///
    /// # Panics
    ///
    /// If `bound` is 0: nothing could ever be sent.
    #[track_caller]
    pub const fn bounded(bound: usize) -> Self {
        assert!(bound > 0, "a mailbox of 0 messages can receive nothing; use at least 1");
        Self { bound: Some(bound), on_full: OnFull::Wait }
    }

    /// Holds whatever is sent: memory follows the senders, not a bound.
    ///
    /// Nothing makes a sender wait, so a task that tells without end and awaits nothing else never leaves its thread to others.
    pub const fn unbounded() -> Self {
        Self { bound: None, on_full: OnFull::Wait }
    }

    /// Sets what happens to a message that finds the mailbox full.
    #[must_use]
    pub const fn on_full(mut self, policy: OnFull) -> Self {
        self.on_full = policy;
        self
    }

    /// The most user messages it holds; `None` without a bound.
    pub const fn bound(&self) -> Option<usize> {
        self.bound
    }

    /// The overflow policy.
    pub const fn policy(&self) -> OnFull {
        self.on_full
    }
}

impl Default for Mailbox {
    fn default() -> Self {
        Self::bounded(Self::DEFAULT_BOUND)
    }
}
