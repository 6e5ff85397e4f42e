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
    let turn = contain(|| pump(cell, reader, body, &mut handled, cx));
    cell.core.pulse.end_turn(handled);
    match turn {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(ExitReason::Panicked(panic)),
    }
}

#[inline]
fn pump<A: Actor>(
    cell: &Cell<A>,
    mut reader: Reader<'_, Envelope<A>>,
    body: &mut Body<A>,
    handled: &mut u32,
    cx: &mut TaskContext<'_>,
) -> Poll<ExitReason> {
    let mut turn = Turn::begin();
    let mut stage = body.stage(&mut turn);
    for _ in 0..cell.core.messages_per_turn {
        if let Some(reason) = stage.ctx().ending() {
            return Poll::Ready(reason.clone());
        }
        let front = if !cell.core.is_interrupted() {
            let Poll::Ready(front) = reader.poll_front() else {
                stage.ctx().rest();
                return Poll::Pending;
            };
            front
        } else if cell.core.is_only_suspended() {
            cell.core.host.watch_over();
            ready!(reader.poll_system())
        } else {
            break;
        };
        cell.core.pulse.take_up(front.label());
        if stage.begin(front, cx).is_pending() {
            cell.core.pulse.wait(cell.core.host.clock());
            cell.core.host.watch_over();
            reader.publish();
            return Poll::Pending;
        }
        *handled += 1;
    }
    if let Some(reason) = cell.core.interruption() {
        if cell.core.was_told_to_stop_now() {
            cell.drop_queue(&mut reader);
        }
        return Poll::Ready(reason);
    }
    // The neighbours' turn; this actor is woken already and comes after them.
    cx.waker().wake_by_ref();
    Poll::Pending
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
