//! Where work runs: the budget that keeps actors fair, the pool for blocking work, the thread of a dedicated actor.

mod blocking;
mod budget;
mod dedicated;

pub(crate) use blocking::BlockingPool;
pub(crate) use budget::Budget;
pub(crate) use dedicated::run_on_own_thread;
