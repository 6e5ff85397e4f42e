//! One turn of a running life: messages, one after another.

use std::task::{Context as TaskContext, Poll};

use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::ask::fail_asks_in_vain;
use crate::kernel::cell::Cell;
use crate::kernel::envelope::{Body, Envelope, Turn};
use crate::kernel::life::{Pause, contain};
use crate::kernel::pulse::Stage;
use crate::mailbox::Reader;
use crate::sched::count_handled;

/// Handles messages until the life has to end, the mailbox is empty or the turn is over.
#[inline]
pub(super) fn handle_messages<A: Actor>(
    cell: &Cell<A>,
    mut reader: Reader<'_, Envelope<A>>,
    body: &mut Body<A>,
    cx: &mut TaskContext<'_>,
) -> Result<Pause, ExitReason> {
    let mut handled = 0;
    if body.is_busy() {
        if cell.core.was_told_to_stop_now() {
            // The handler may take its time; whoever asked what is queued behind it is told now.
            cell.drop_queue(&mut reader);
            reader.publish();
        }
        match resume(cell, body, cx) {
            Poll::Pending => return Ok(Pause::Wait),
            Poll::Ready(outcome) => outcome?,
        }
        handled = 1;
    }
    cell.core.pulse.enter(Stage::Computing);
    // Contained once for the whole turn: what a panic leaves behind is only the message that caused it.
    let mut end = None;
    let pause = contain(|| pump(cell, reader, body, &mut handled, &mut end, cx));
    cell.core.pulse.end_turn(handled);
    count_handled(handled);
    match (pause, end) {
        (Ok(pause), None) => Ok(pause),
        (Ok(_), Some(reason)) => Err(reason),
        (Err(panic), _) => Err(ExitReason::Panicked(panic)),
    }
}

/// Leaves the reason in `end` if the life has to.
#[inline]
fn pump<A: Actor>(
    cell: &Cell<A>,
    mut reader: Reader<'_, Envelope<A>>,
    body: &mut Body<A>,
    handled: &mut u32,
    end: &mut Option<ExitReason>,
    cx: &mut TaskContext<'_>,
) -> Pause {
    let mut turn = Turn::begin();
    let mut stage = body.stage(&mut turn);
    for _ in 0..cell.core.messages_per_turn {
        if let Some(reason) = stage.ctx().ending() {
            *end = Some(reason.clone());
            return Pause::Wait;
        }
        let front = if !cell.core.is_interrupted() {
            let Some(front) = reader.next_front() else {
                stage.ctx().rest();
                return Pause::Rest;
            };
            front
        } else if cell.core.is_only_suspended() {
            cell.core.host.watch_over();
            let Some(front) = reader.next_system() else { return Pause::Suspended };
            front
        } else {
            break;
        };
        cell.core.pulse.take_up(front.label());
        if stage.begin(front, cx).is_pending() {
            cell.core.pulse.wait(cell.core.host.clock());
            cell.core.host.watch_over();
            reader.publish();
            return Pause::Wait;
        }
        *handled += 1;
    }
    if let Some(reason) = cell.core.interruption() {
        if cell.core.was_told_to_stop_now() {
            cell.drop_queue(&mut reader);
        }
        *end = Some(reason);
        return Pause::Wait;
    }
    // The neighbours' turn; this actor is woken already and comes after them.
    cx.waker().wake_by_ref();
    Pause::Wait
}

/// Goes on with the hook or handler that waits, unless the actor was killed.
pub(super) fn resume<A: Actor>(
    cell: &Cell<A>,
    body: &mut Body<A>,
    cx: &mut TaskContext<'_>,
) -> Poll<Result<(), ExitReason>> {
    if cell.core.is_killed() {
        return Poll::Ready(Err(ExitReason::Killed));
    }
    if cell.core.is_leaving() {
        fail_asks_in_vain();
    }
    match contain(|| body.resume(cx)) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(ExitReason::Panicked(panic))),
    }
}
