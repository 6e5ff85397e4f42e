//! Where work runs beside the shared scheduler: the pool for blocking work, the thread of a dedicated actor.

mod blocking;
mod dedicated;

pub(crate) use blocking::BlockingPool;
pub(crate) use dedicated::run_on_own_thread;
