//! Where work runs beside the shared scheduler: the pool for blocking work, the thread of a dedicated actor, an executor
//! in the scheduler's place.

mod blocking;
mod chain;
mod dedicated;
mod executor;
mod sentinel;

pub use executor::Executor;

pub(crate) use blocking::BlockingPool;
pub(crate) use chain::{Chains, FirstInLine, count_handled, is_off};
pub(crate) use dedicated::run_on_own_thread;
pub(crate) use executor::MESSAGES_PER_TURN;
pub(crate) use sentinel::post_sentinel;
