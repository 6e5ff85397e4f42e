//! One turn of a running life: messages, one after another.

use std::task::{Context as TaskContext, Poll, ready};

use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::ask::fail_asks_in_vain;
use crate::kernel::cell::Cell;
use crate::kernel::envelope::{Body, Envelope, Turn};
use crate::kernel::life::contain;
use crate::kernel::pulse::Stage;
use crate::mailbox::Reader;

/// Handles messages until the life has to end, the mailbox is empty or the turn is over.
#[inline]
pub(super) fn handle_messages<A: Actor>(
    cell: &Cell<A>,
    mut reader: Reader<'_, Envelope<A>>,
    body: &mut Body<A>,
    cx: &mut TaskContext<'_>,
) -> Poll<ExitReason> {
    let mut handled = 0;
    if body.is_busy() {
        if cell.core.was_told_to_stop_now() {
            // The handler may take its time; whoever asked what is queued behind it is told now.
            cell.drop_queue(&mut reader);
            reader.publish();
        }
        if let Err(reason) = ready!(resume(cell, body, cx)) {
            return Poll::Ready(reason);
        }
        handled = 1;
    }
    cell.core.pulse.enter(Stage::Computing);
    // Contained once for the whole turn: what a panic leaves behind is only the message that caused it.
    let mut end = None;
    if let Err(panic) = contain(|| pump(cell, reader, body, &mut handled, &mut end, cx)) {
        end = Some(ExitReason::Panicked(panic));
    }
    cell.core.pulse.end_turn(handled);
    match end {
        None => Poll::Pending,
        Some(reason) => Poll::Ready(reason),
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
) {
    let mut turn = Turn::begin();
    let mut stage = body.stage(&mut turn);
    for _ in 0..cell.core.messages_per_turn {
        if let Some(reason) = stage.ctx().ending() {
            *end = Some(reason.clone());
            return;
        }
        let front = if !cell.core.is_interrupted() {
            let Poll::Ready(front) = reader.poll_front() else {
                stage.ctx().rest();
                return;
            };
            front
        } else if cell.core.is_only_suspended() {
            cell.core.host.watch_over();
            let Poll::Ready(front) = reader.poll_system() else { return };
            front
        } else {
            break;
        };
        cell.core.pulse.take_up(front.label());
        if stage.begin(front, cx).is_pending() {
            cell.core.pulse.wait(cell.core.host.clock());
            cell.core.host.watch_over();
            reader.publish();
            return;
        }
        *handled += 1;
    }
    if let Some(reason) = cell.core.interruption() {
        if cell.core.was_told_to_stop_now() {
            cell.drop_queue(&mut reader);
        }
        *end = Some(reason);
        return;
    }
    // The neighbours' turn; this actor is woken already and comes after them.
    cx.waker().wake_by_ref();
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
