//! Asking: the cell a question and its answer share, the queue of deadlines, the search for circles of askers, and for
//! those who would wait for their own end.

mod cell;
mod deadlines;
mod vain;
mod waits;

pub(crate) use cell::{Asker, Limit, ReplyLine};
pub(crate) use cell::{Owed, Posted};
pub use deadlines::DeadlineQueue;
pub use waits::WaitTarget;

pub(crate) use vain::{Leavers, fail_asks_in_vain};
pub(crate) use waits::{WaitList, begin_wait};
