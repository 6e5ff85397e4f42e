//! Users' code where a panic does no harm.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::exit::{ExitReason, panic_message};
use crate::kernel::actor::Actor;
use crate::kernel::envelope::Body;
use crate::kernel::reply::as_death;

/// Runs users' code; a panic becomes its text.
pub(in crate::kernel) fn contain<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| panic_message(&*panic))
}

/// Drops the state where a panic does no harm; first what borrows it.
pub(super) fn drop_contained<A: Actor>(mut body: Body<A>) {
    let _ = contain(|| as_death(|| body.cancel()));
    let _ = contain(|| as_death(|| drop(body)));
}

/// The end had a cause already: a panic on the way out does not replace a failure, a kill replaces everything.
pub(super) fn last_reason(reason: ExitReason, hook: Result<(), ExitReason>) -> ExitReason {
    match hook {
        Err(ExitReason::Killed) => ExitReason::Killed,
        Err(panic) if reason.is_normal() => panic,
        Ok(()) | Err(_) => reason,
    }
}
