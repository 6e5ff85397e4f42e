//! The run loop: lives, one after another, until nobody grants a further one.
//!
//! ```text
//!  Born ── build ──> Starting ──> Running ──> Parting ──> Stopping ──┐
//!    ^                  │ failed              children    `stopped`  │
//!    │                  └──────────────────────> Parting ───────────>│ state dropped
//!    └──── Verdict::Restart ── Judging <─────────────────────────────┤
//!                                 └───── Verdict::Stop ──────────────┴──> Leaving ──> Ended
//! ```
//!
//! Written as a future by hand: it is small, so that an idle actor is, and it nests no types of users' futures.

mod contained;
mod span;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};

use tokio::sync::oneshot;
use tracing::Span;

use crate::error::{ActorError, StartError};
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::cell::Cell;
use crate::kernel::context::Context;
use crate::kernel::custody::{BoxFuture, LifeEnd, Lives, Verdict};
use crate::kernel::envelope::{Body, as_current};
use crate::kernel::links::break_links;
use crate::kernel::pulse::Stage;
use crate::kernel::pump::{handle_messages, resume};
use crate::kernel::reply::as_death;
use crate::mailbox::Outlet;
use crate::observe::LifecycleEvent;

pub(super) use contained::contain;
use contained::{drop_contained, last_reason};

/// Tells whoever started the actor how the first start went.
pub(crate) type StartReport = oneshot::Sender<Result<(), StartError>>;

/// An actor from its first start to its end. Dropped before that, as a runtime does when it goes down, it ends killed.
pub(crate) struct Life<A: Actor> {
    cell: Arc<Cell<A>>,
    outlet: Outlet,
    lives: Lives<A>,
    report: Option<StartReport>,
    phase: Phase<A>,
    /// Whether the life that runs or ended last declined to start.
    ignored: bool,
    span: Option<Box<Span>>,
}

enum Phase<A: Actor> {
    Born,
    /// The `started` hook runs; begun once.
    Starting(Body<A>),
    Running(Body<A>),
    /// The children end. The `stopped` hook follows if the life had started and was not killed.
    Parting {
        body: Body<A>,
        reason: ExitReason,
        /// `None`: there are none.
        children: Option<BoxFuture<'static, ()>>,
        hook: bool,
    },
    /// The `stopped` hook runs.
    Stopping {
        body: Body<A>,
        reason: ExitReason,
    },
    /// Somebody decides what follows.
    Judging {
        verdict: BoxFuture<'static, Verdict>,
        reason: ExitReason,
    },
    /// What is not to outlive the actor ends.
    Leaving {
        farewell: BoxFuture<'static, ()>,
        reason: ExitReason,
    },
    Ended,
}

impl<A: Actor> Life<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>, lives: Lives<A>, report: Option<StartReport>) -> Self {
        let outlet = cell.inbox.outlet();
        Self { cell, outlet, lives, report, phase: Phase::Born, ignored: false, span: None }
    }

    /// Ends an actor that may not start.
    pub(crate) fn refuse(mut self, reason: &ExitReason) -> Option<StartReport> {
        self.phase = Phase::Ended;
        self.cell.finish(&mut self.outlet, reason);
        self.report.take()
    }
}

impl<A: Actor> Future for Life<A> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.may_have_span() { this.go_on_in_span(cx) } else { this.go_on(cx) }
    }
}

// It never relies on its own place in memory: the state lies in the body, at a place of its own.
impl<A: Actor> Unpin for Life<A> {}

impl<A: Actor> Life<A> {
    #[inline(never)]
    fn go_on(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        loop {
            // The usual phase stays where it is.
            if let Phase::Running(body) = &mut self.phase {
                let (cell, outlet) = (&self.cell, &mut self.outlet);
                let reason = ready!(as_current(cell, || handle_messages(cell, outlet, body, cx)));
                ready!(self.stop_running(reason, cx));
            }
            let me = self.cell.clone();
            let goes_on = ready!(as_current(&me, || self.change(cx)));
            if !goes_on {
                return Poll::Ready(());
            }
        }
    }

    /// From phase to phase, until messages are to be handled; false if that will not happen any more.
    #[inline(never)]
    fn change(&mut self, cx: &mut TaskContext<'_>) -> Poll<bool> {
        loop {
            let phase = match std::mem::replace(&mut self.phase, Phase::Ended) {
                Phase::Running(body) => {
                    self.enter(Phase::Running(body));
                    return Poll::Ready(true);
                }
                Phase::Born => self.bear(cx),
                Phase::Starting(body) => ready!(self.go_on_starting(body, cx)),
                Phase::Parting { body, reason, mut children, hook } => {
                    if children.as_mut().is_some_and(|children| children.as_mut().poll(cx).is_pending()) {
                        self.enter(Phase::Parting { body, reason, children, hook });
                        return Poll::Pending;
                    }
                    self.say_farewell(body, reason, hook, cx)
                }
                Phase::Stopping { mut body, reason } => match resume(&self.cell, &mut body, cx) {
                    Poll::Ready(outcome) => self.over(body, last_reason(reason, outcome)),
                    Poll::Pending => {
                        self.enter(Phase::Stopping { body, reason });
                        return Poll::Pending;
                    }
                },
                Phase::Judging { mut verdict, reason } => {
                    let core = &self.cell.core;
                    let verdict_now = if core.may_restart() {
                        verdict.as_mut().poll(cx)
                    } else {
                        Poll::Ready(Verdict::Stop)
                    };
                    match verdict_now {
                        Poll::Ready(Verdict::Stop) => self.obey(Verdict::Stop, reason),
                        Poll::Ready(Verdict::Restart) => {
                            let born = self.obey(Verdict::Restart, reason);
                            self.enter(born);
                            // The neighbours' turn first: lives that fail at once would never give way.
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        Poll::Pending if self.is_stopped_between_lives() => self.obey(Verdict::Stop, reason),
                        Poll::Pending => {
                            // Senders want to know meanwhile how much room there is.
                            self.cell.inbox.reader(&mut self.outlet).publish();
                            self.enter(Phase::Judging { verdict, reason });
                            return Poll::Pending;
                        }
                    }
                }
                Phase::Leaving { mut farewell, reason } => match farewell.as_mut().poll(cx) {
                    Poll::Ready(()) => self.finish(&reason),
                    Poll::Pending => {
                        self.enter(Phase::Leaving { farewell, reason });
                        return Poll::Pending;
                    }
                },
                Phase::Ended => return Poll::Ready(false),
            };
            self.enter(phase);
        }
    }

    /// Enters a phase. The one before was taken out, so there is nothing to drop, which the compiler cannot see.
    #[inline(always)]
    fn enter(&mut self, phase: Phase<A>) {
        std::mem::forget(std::mem::replace(&mut self.phase, phase));
    }

    /// The life is to end, unless it may go on in spite of the reason.
    #[cold]
    fn stop_running(&mut self, reason: ExitReason, cx: &mut TaskContext<'_>) -> Poll<()> {
        let Phase::Running(mut body) = std::mem::replace(&mut self.phase, Phase::Ended) else {
            return Poll::Ready(());
        };
        if self.resumes_after(&mut body, &reason) {
            self.enter(Phase::Running(body));
            // The neighbours' turn first: handlers that fail at once would never give way.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let phase = self.part(body, reason, true);
        self.enter(phase);
        Poll::Ready(())
    }

    fn bear(&mut self, cx: &mut TaskContext<'_>) -> Phase<A> {
        self.ignored = false;
        self.cell.core.pulse.enter(Stage::Starting);
        self.cell.inbox.remember_consumer(cx.waker());
        let actor = match contain(|| self.lives.build()) {
            Ok(Ok(actor)) => actor,
            Ok(Err(error)) => {
                let reason = self.failed(error);
                return self.judge(reason);
            }
            Err(panic) => return self.judge(ExitReason::Panicked(panic)),
        };
        let mut body = Body::new(actor, Context::new(self.cell.clone()));
        if self.cell.core.is_killed() {
            return self.over(body, ExitReason::Killed);
        }
        match contain(|| body.start(cx)) {
            Ok(Poll::Pending) => Phase::Starting(body),
            Ok(Poll::Ready(())) => self.after_start(body, Ok(())),
            Err(panic) => self.after_start(body, Err(ExitReason::Panicked(panic))),
        }
    }

    fn go_on_starting(&mut self, mut body: Body<A>, cx: &mut TaskContext<'_>) -> Poll<Phase<A>> {
        match resume(&self.cell, &mut body, cx) {
            Poll::Ready(outcome) => Poll::Ready(self.after_start(body, outcome)),
            Poll::Pending => {
                self.enter(Phase::Starting(body));
                Poll::Pending
            }
        }
    }

    fn after_start(&mut self, mut body: Body<A>, outcome: Result<(), ExitReason>) -> Phase<A> {
        let failure = match outcome {
            Err(reason) => Some(reason),
            Ok(()) => body.ctx().take_start_error().map(|error| self.failed(error)),
        };
        match failure {
            Some(reason) => self.part(body, reason, false),
            None => {
                let core = &self.cell.core;
                let incarnation = core.incarnation();
                core.announce(|id, path| LifecycleEvent::Started { id, path, incarnation });
                self.report_start(Ok(()));
                self.lives.life_started();
                Phase::Running(body)
            }
        }
    }

    /// Whether a life that has failed goes on. Only a failure of its own can be overlooked.
    fn resumes_after(&mut self, body: &mut Body<A>, reason: &ExitReason) -> bool {
        if !reason.is_failure() || !contain(|| self.lives.resumes_after(reason)).unwrap_or(false) {
            return false;
        }
        // What a panic has left of the handler; its asker hears that nobody will answer.
        let _ = contain(|| body.cancel());
        body.ctx().overlook_failure();
        self.cell.core.overlook_fault();
        self.cell.core.host.failure_overlooked(&*self.cell, reason);
        true
    }

    /// The life is to end: first the children do.
    fn part(&mut self, mut body: Body<A>, reason: ExitReason, started: bool) -> Phase<A> {
        self.cell.core.pulse.enter(Stage::Stopping);
        let _ = contain(|| as_death(|| body.cancel()));
        // Linked to one that was killed, it ends for that reason and has its hook.
        let hook = started && !self.cell.core.is_killed();
        let children = contain(|| body.ctx().wind_down()).unwrap_or_default();
        Phase::Parting { body, reason, children, hook }
    }

    fn say_farewell(
        &mut self,
        mut body: Body<A>,
        reason: ExitReason,
        hook: bool,
        cx: &mut TaskContext<'_>,
    ) -> Phase<A> {
        if !hook {
            return self.over(body, reason);
        }
        if self.cell.core.is_killed() {
            return self.over(body, ExitReason::Killed);
        }
        match contain(|| body.stop(reason.clone(), cx)) {
            Ok(Poll::Pending) => Phase::Stopping { body, reason },
            Ok(Poll::Ready(())) => self.over(body, reason),
            Err(panic) => self.over(body, last_reason(reason, Err(ExitReason::Panicked(panic)))),
        }
    }

    /// The life is over: its state goes.
    fn over(&mut self, body: Body<A>, reason: ExitReason) -> Phase<A> {
        drop_contained(body);
        self.judge(reason)
    }

    fn judge(&mut self, reason: ExitReason) -> Phase<A> {
        break_links(&self.cell.core, &reason);
        if self.cell.core.take_stop_now() {
            self.cell.drop_queue(&mut self.outlet);
        }
        // Whoever waits for the first start is told how it went instead of having it tried again.
        if !self.cell.core.may_restart() || self.report.is_some() {
            return self.obey(Verdict::Stop, reason);
        }
        self.cell.core.pulse.enter(Stage::Restarting);
        let end = LifeEnd {
            reason: reason.clone(),
            ignored: self.ignored,
            ordered: self.cell.core.was_told_to_end_life(),
        };
        match contain(|| self.lives.verdict(end)) {
            Ok(Some(verdict)) => Phase::Judging { verdict, reason },
            Ok(None) | Err(_) => self.obey(Verdict::Stop, reason),
        }
    }

    /// Whether it was told to stop now, while it waits for its next life, and so has none.
    fn is_stopped_between_lives(&mut self) -> bool {
        if !self.cell.core.take_stop_now() {
            return false;
        }
        self.cell.drop_queue(&mut self.outlet);
        contain(|| self.lives.end_with_a_stop()).unwrap_or(false)
    }

    fn obey(&mut self, verdict: Verdict, reason: ExitReason) -> Phase<A> {
        let core = &self.cell.core;
        let restarting = verdict == Verdict::Restart;
        if !reason.is_normal() {
            core.host.life_failed(&*self.cell, &reason, restarting);
            core.announce(|id, path| LifecycleEvent::Failed { id, path, reason: reason.clone() });
        }
        if self.report.is_some() {
            self.report_start(Err(StartError::of_life(&reason)));
        }
        if !restarting {
            return match contain(|| self.lives.farewell()) {
                Ok(Some(farewell)) => {
                    self.cell.core.pulse.enter(Stage::Stopping);
                    Phase::Leaving { farewell, reason }
                }
                Ok(None) | Err(_) => self.finish(&reason),
            };
        }
        let core = &self.cell.core;
        let incarnation = core.incarnation().next();
        core.begin_life(incarnation);
        core.announce(|id, path| LifecycleEvent::Restarted { id, path, incarnation, reason });
        Phase::Born
    }

    fn finish(&mut self, reason: &ExitReason) -> Phase<A> {
        self.cell.finish(&mut self.outlet, reason);
        Phase::Ended
    }

    fn failed(&mut self, error: ActorError) -> ExitReason {
        if error.is_ignore() {
            self.ignored = true;
            return ExitReason::Normal;
        }
        ExitReason::Failed(error)
    }

    fn report_start(&mut self, outcome: Result<(), StartError>) {
        if let Some(report) = self.report.take() {
            // Whoever started it may have stopped waiting.
            let _ = report.send(outcome);
        }
    }
}

impl<A: Actor> Drop for Life<A> {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Ended => return,
            Phase::Born | Phase::Judging { .. } | Phase::Leaving { .. } => {}
            Phase::Starting(body)
            | Phase::Running(body)
            | Phase::Parting { body, .. }
            | Phase::Stopping { body, .. } => drop_contained(body),
        }
        break_links(&self.cell.core, &ExitReason::Killed);
        self.cell.finish(&mut self.outlet, &ExitReason::Killed);
    }
}
