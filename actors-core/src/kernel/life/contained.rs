//! Users' code where a panic does no harm.

use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::envelope::Body;
use crate::kernel::reply::as_death;

pub(in crate::kernel) use crate::panics::contain;

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
