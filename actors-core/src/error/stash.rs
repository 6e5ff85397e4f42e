//! Why a message was not put off.

use std::error::Error;
use std::fmt;

use super::Returned;

/// The stash holds as many messages as it may. The one that found it full is inside.
pub struct StashFull<T> {
    limit: usize,
    content: Returned<T>,
}

impl<T> StashFull<T> {
    pub(crate) fn new(limit: usize, content: T) -> Self {
        Self { limit, content: Returned::new(content) }
    }

    /// How many messages the stash holds.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Gives back what was to be stashed: the message, or the message and its reply handle.
    pub fn into_inner(self) -> T {
        self.content.into_inner()
    }
}

impl<T> fmt::Display for StashFull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stash is full: it holds {} messages", self.limit)
    }
}

// By hand, as for `SendError`.
impl<T> fmt::Debug for StashFull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StashFull").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl<T> Error for StashFull<T> {}
