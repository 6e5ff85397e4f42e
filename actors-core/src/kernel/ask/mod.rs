//! Asking: the cell a question and its answer share, the queue of deadlines, and the search for circles of askers.

mod cell;
mod deadlines;
mod waits;

pub(crate) use cell::{AskCell, Asker, Limit, ReplyLine};
pub(crate) use cell::{Owed, Posted};
pub use deadlines::DeadlineQueue;
pub use waits::WaitTarget;

pub(crate) use waits::{Wait, WaitList, begin_wait};
