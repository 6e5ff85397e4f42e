//! Users' code where a panic does no harm.

use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::envelope::Body;
use crate::kernel::reply::as_death;

pub(in crate::kernel) use crate::panics::contain;

/// Drops the state where a panic does no harm; first what borrows it.
pub(super) fn drop_contained<A: Actor>(mut body: Body<A>) {
    cancel_contained(&mut body);
    let _ = contain(|| as_death(|| drop(body)));
}

/// Drops the hook or handler that waits, if one does.
#[inline]
pub(super) fn cancel_contained<A: Actor>(body: &mut Body<A>) {
    if body.is_busy() {
        let _ = contain(|| as_death(|| body.cancel()));
    }
}

/// The end had a cause already: a panic on the way out does not replace a failure, a kill replaces everything.
pub(super) fn last_reason(reason: ExitReason, hook: Result<(), ExitReason>) -> ExitReason {
    match hook {
        Err(ExitReason::Killed) => ExitReason::Killed,
        Err(panic) if reason.is_normal() => panic,
        Ok(()) | Err(_) => reason,
    }
}
