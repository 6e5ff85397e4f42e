//! The run loop: lives, one after another, until nobody grants a further one.
//!
//! ```text
//!          build ── started ── messages … ── children stop ── stopped ── state dropped
//!            ^         │                                                      │
//!            │         └── failed start: no `stopped` ──────────────────────>│
//!            └────────────────── Verdict::Restart ── custodian <──────────────┤
//!                                                                             └── Verdict::Stop: finish
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::oneshot;

use crate::error::{ActorError, StartError};
use crate::exit::{ExitReason, panic_message};
use crate::kernel::actor::Actor;
use crate::kernel::cell::Cell;
use crate::kernel::context::Context;
use crate::kernel::custody::{BoxFuture, Lives, Verdict};
use crate::kernel::envelope::Envelope;
use crate::kernel::reply::as_death;
use crate::sched::Budget;

/// Tells whoever started the actor how the first start went.
pub(crate) type StartReport = oneshot::Sender<Result<(), StartError>>;

/// Runs an actor from its first start to its end.
pub(crate) async fn run<A: Actor>(cell: Arc<Cell<A>>, mut lives: Lives<A>, mut report: Option<StartReport>) {
    let tenancy = Tenancy { cell: cell.clone(), reason: Some(ExitReason::Killed) };
    std::future::poll_fn(|cx| {
        cell.inbox.remember_consumer(cx.waker());
        Poll::Ready(())
    })
    .await;
    let reason = loop {
        let reason = match build(&mut lives) {
            Ok(actor) => live(&cell, actor, &mut report).await,
            Err(reason) => reason,
        };
        // Whoever waits for the first start is told how it went instead of having it tried again.
        let verdict = if cell.core.may_restart() && report.is_none() {
            unless_forbidden(&cell, lives.verdict(&reason)).await
        } else {
            Verdict::Stop
        };
        let restarting = verdict == Verdict::Restart;
        if !reason.is_normal() {
            cell.core.host.life_failed(&*cell, &reason, restarting);
        }
        report_start(&mut report, Err(start_error(&reason)));
        if !restarting {
            break reason;
        }
        if cell.core.was_told_to_stop_now() {
            cell.drop_queue();
        }
        cell.core.begin_life(cell.core.incarnation().next());
    };
    tenancy.end(reason);
}

/// Ends the actor even if its task is dropped in the middle, as the runtime does when it goes down.
struct Tenancy<A: Actor> {
    cell: Arc<Cell<A>>,
    reason: Option<ExitReason>,
}

impl<A: Actor> Tenancy<A> {
    fn end(mut self, reason: ExitReason) {
        self.reason = Some(reason);
    }
}

impl<A: Actor> Drop for Tenancy<A> {
    fn drop(&mut self) {
        if let Some(reason) = self.reason.take() {
            self.cell.finish(&reason);
        }
    }
}

fn build<A: Actor>(lives: &mut Lives<A>) -> Result<A, ExitReason> {
    match catch_unwind(AssertUnwindSafe(|| lives.build())) {
        Ok(Ok(actor)) => Ok(actor),
        Ok(Err(error)) => Err(failed(error)),
        Err(panic) => Err(ExitReason::Panicked(panic_message(&*panic))),
    }
}

/// One life.
async fn live<A: Actor>(cell: &Arc<Cell<A>>, actor: A, report: &mut Option<StartReport>) -> ExitReason {
    let mut ctx = Context::new(cell.clone());
    let mut actor = Remains(Some(actor));
    let state = actor.state();
    let started: BoxFuture<'_, _> = Box::pin(state.started(&mut ctx));
    let reason = match guarded(cell, started).await {
        Run::Done(Ok(())) => {
            report_start(report, Ok(()));
            let reason = handle_messages(cell, actor.state(), &mut ctx).await;
            ctx.wind_down().await;
            if matches!(reason, ExitReason::Killed) {
                return reason;
            }
            let stopped: BoxFuture<'_, _> = Box::pin(actor.state().stopped(&mut ctx, &reason));
            return match guarded(cell, stopped).await {
                // The end had a cause already; a panic on the way out does not replace a failure.
                Run::Panicked(panic) if reason.is_normal() => ExitReason::Panicked(panic),
                Run::Done(()) | Run::Panicked(_) => reason,
                Run::Killed => ExitReason::Killed,
            };
        }
        Run::Done(Err(error)) => failed(error),
        Run::Panicked(panic) => ExitReason::Panicked(panic),
        Run::Killed => ExitReason::Killed,
    };
    ctx.wind_down().await;
    reason
}

async fn handle_messages<A: Actor>(cell: &Arc<Cell<A>>, actor: &mut A, ctx: &mut Context<A>) -> ExitReason {
    let mut budget = Budget::new();
    loop {
        if let Some(reason) = ctx.ending() {
            return reason.clone();
        }
        let envelope = match next_message(cell).await {
            Ok(envelope) => envelope,
            Err(reason) => return reason,
        };
        match handle(cell, envelope, actor, ctx).await {
            Run::Done(()) => {}
            Run::Panicked(panic) => return ExitReason::Panicked(panic),
            Run::Killed => return ExitReason::Killed,
        }
        budget.spend().await;
    }
}

/// The next message, or the reason to end before it.
async fn next_message<A: Actor>(cell: &Cell<A>) -> Result<Envelope<A>, ExitReason> {
    std::future::poll_fn(|cx| match cell.core.interruption() {
        Some(reason) => {
            if cell.core.was_told_to_stop_now() {
                cell.drop_queue();
            }
            Poll::Ready(Err(reason))
        }
        None => cell.inbox.poll_pop(cx).map(Ok),
    })
    .await
}

async fn handle<A: Actor>(
    cell: &Cell<A>,
    envelope: Envelope<A>,
    actor: &mut A,
    ctx: &mut Context<A>,
) -> Run<()> {
    // The handler's own code first runs when its future is polled, but a user's `Drop` may run here.
    match catch_unwind(AssertUnwindSafe(|| envelope.begin(actor, ctx))) {
        Ok(None) => Run::Done(()),
        Ok(Some(handler)) => {
            cell.core.handled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            guarded(cell, handler).await
        }
        Err(panic) => Run::Panicked(panic_message(&*panic)),
    }
}

/// How a hook or handler ended.
enum Run<T> {
    Done(T),
    Panicked(String),
    Killed,
}

/// Runs a hook or handler: a panic is contained and a kill drops it, whatever its `Drop` does.
async fn guarded<A: Actor, T>(cell: &Cell<A>, work: BoxFuture<'_, T>) -> Run<T> {
    let mut work = Some(work);
    std::future::poll_fn(move |cx| {
        let Some(running) = work.as_mut() else { return Poll::Pending };
        if cell.core.is_killed() {
            drop_contained(work.take());
            return Poll::Ready(Run::Killed);
        }
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Run::Done(output)),
            Err(panic) => {
                drop_contained(work.take());
                Poll::Ready(Run::Panicked(panic_message(&*panic)))
            }
        }
    })
    .await
}

/// Waits for a verdict, unless a restart is forbidden first.
async fn unless_forbidden<A: Actor>(
    cell: &Cell<A>,
    verdict: impl Future<Output = Verdict> + Send,
) -> Verdict {
    let mut verdict = std::pin::pin!(verdict);
    std::future::poll_fn(|cx| {
        if !cell.core.may_restart() {
            return Poll::Ready(Verdict::Stop);
        }
        verdict.as_mut().poll(cx)
    })
    .await
}

/// The state of a life; what is left of it at the end is dropped where a panic does no harm.
struct Remains<A>(Option<A>);

impl<A> Remains<A> {
    fn state(&mut self) -> &mut A {
        self.0.as_mut().expect("the state leaves only when this is dropped")
    }
}

impl<A> Drop for Remains<A> {
    fn drop(&mut self) {
        drop_contained(self.0.take());
    }
}

fn drop_contained<T>(remains: Option<T>) {
    let _ = catch_unwind(AssertUnwindSafe(|| as_death(|| drop(remains))));
}

fn report_start(report: &mut Option<StartReport>, outcome: Result<(), StartError>) {
    if let Some(report) = report.take() {
        // Whoever started it may have stopped waiting.
        let _ = report.send(outcome);
    }
}

fn failed(error: ActorError) -> ExitReason {
    if error.is_ignore() { ExitReason::Normal } else { ExitReason::Failed(error) }
}

fn start_error(reason: &ExitReason) -> StartError {
    match reason {
        ExitReason::Failed(error) => StartError::Failed(error.clone()),
        ExitReason::Panicked(message) => StartError::Panicked(message.clone()),
        _ => StartError::Stopped,
    }
}
