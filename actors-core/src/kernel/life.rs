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
mod ending;
mod entourage;
mod phase;
mod span;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};

use tokio::sync::oneshot;

use crate::error::StartError;
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::cell::Cell;
use crate::kernel::context::Context;
use crate::kernel::custody::Lives;
use crate::kernel::envelope::{Body, as_current};
use crate::kernel::links::break_links;
use crate::kernel::pulse::Stage;
use crate::kernel::pump::{handle_messages, resume};
use crate::mailbox::Outlet;
use crate::observe::LifecycleEvent;

pub(super) use contained::contain;
use contained::{drop_contained, last_reason};
pub(super) use entourage::Entourage;
use phase::{Judging, Leaving, Parting, Phase, Stopping};

/// Tells whoever started the actor how the first start went.
pub(crate) type StartReport = oneshot::Sender<Result<(), StartError>>;

/// An actor from its first start to its end. Dropped before that, as a runtime does when it goes down, it ends killed.
///
/// Three words: the runtime's own part of a task leaves room for so many before the task takes twice the memory.
pub(crate) struct Life<A: Actor> {
    phase: Phase<A>,
    cell: Outlet<Cell<A>>,
}

impl<A: Actor> Life<A> {
    /// The only life of this cell.
    pub(crate) fn new(cell: Arc<Cell<A>>, lives: Lives<A>, report: Option<StartReport>) -> Self {
        const { assert!(size_of::<Self>() <= 3 * size_of::<usize>(), "the task would take twice the memory") };
        let (body, custodian) = match lives {
            Lives::One(actor) => (Some(Body::new(actor, Context::new(cell.clone()))), None),
            Lives::Many(custodian) => (None, Some(custodian)),
        };
        if custodian.as_ref().is_none_or(|custodian| custodian.grants_one_life()) {
            cell.core.live_once();
        }
        let mut cell = Outlet::new(cell);
        *cell.private() = Entourage::of(custodian, report);
        Self { phase: Phase::Born(body), cell }
    }

    /// Ends an actor that may not start.
    pub(crate) fn refuse(mut self, reason: &ExitReason) -> Option<StartReport> {
        let never_born = std::mem::replace(&mut self.phase, Phase::Ended);
        let (cell, reader) = self.cell.open();
        cell.turn_away(reader, reason);
        drop(never_born);
        self.report()
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
            let end = match &mut self.phase {
                Phase::Running(body) => {
                    let (cell, reader) = self.cell.open();
                    Some(ready!(as_current(cell, || handle_messages(cell, reader, body, cx))))
                }
                _ => None,
            };
            let me = self.cell.clone();
            let goes_on = ready!(as_current(&me, || self.change(end, cx)));
            if !goes_on {
                return Poll::Ready(());
            }
        }
    }

    /// From phase to phase, until messages are to be handled; false if that will not happen any more. `end` is why the life
    /// that was running is to end.
    #[inline(never)]
    fn change(&mut self, end: Option<ExitReason>, cx: &mut TaskContext<'_>) -> Poll<bool> {
        if let Some(reason) = end {
            ready!(self.stop_running(reason, cx));
        }
        loop {
            let phase = match std::mem::replace(&mut self.phase, Phase::Ended) {
                Phase::Running(body) => {
                    self.enter(Phase::Running(body));
                    return Poll::Ready(true);
                }
                Phase::Born(body) => self.bear(body, cx),
                Phase::Starting(body) => ready!(self.go_on_starting(body, cx)),
                Phase::Parting(mut parting) => {
                    if parting.children.as_mut().poll(cx).is_pending() {
                        self.enter(Phase::Parting(parting));
                        return Poll::Pending;
                    }
                    let Parting { body, reason, hook, .. } = *parting;
                    self.say_farewell(body, reason, hook, cx)
                }
                Phase::Stopping(mut stopping) => match resume(&self.cell, &mut stopping.body, cx) {
                    Poll::Ready(outcome) => {
                        let Stopping { body, reason } = *stopping;
                        self.over(body, last_reason(reason, outcome))
                    }
                    Poll::Pending => {
                        self.enter(Phase::Stopping(stopping));
                        return Poll::Pending;
                    }
                },
                Phase::Judging(judging) => ready!(self.go_on_judging(judging, cx)),
                Phase::Leaving(mut leaving) => match leaving.farewell.as_mut().poll(cx) {
                    Poll::Ready(()) => self.finish(&leaving.reason),
                    Poll::Pending => {
                        self.enter(Phase::Leaving(leaving));
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
        let phase = self.part(body, reason, true, cx);
        self.enter(phase);
        Poll::Ready(())
    }

    fn bear(&mut self, body: Option<Body<A>>, cx: &mut TaskContext<'_>) -> Phase<A> {
        self.cell.core.pulse.enter(Stage::Starting);
        self.cell.open().1.remember_consumer(cx.waker());
        let mut body = match body.map_or_else(|| self.build(), Ok) {
            Ok(body) => body,
            Err(reason) => return self.judge(reason),
        };
        if self.cell.core.is_killed() {
            return self.over(body, ExitReason::Killed);
        }
        match contain(|| body.start(cx)) {
            Ok(Poll::Pending) => Phase::Starting(body),
            Ok(Poll::Ready(())) => self.after_start(body, Ok(()), cx),
            Err(panic) => self.after_start(body, Err(ExitReason::Panicked(panic)), cx),
        }
    }

    fn go_on_starting(&mut self, mut body: Body<A>, cx: &mut TaskContext<'_>) -> Poll<Phase<A>> {
        if self.cell.core.was_told_to_stop_now() {
            self.drop_queue();
        }
        match resume(&self.cell, &mut body, cx) {
            Poll::Ready(outcome) => Poll::Ready(self.after_start(body, outcome, cx)),
            Poll::Pending => {
                self.enter(Phase::Starting(body));
                Poll::Pending
            }
        }
    }

    fn after_start(
        &mut self,
        mut body: Body<A>,
        outcome: Result<(), ExitReason>,
        cx: &mut TaskContext<'_>,
    ) -> Phase<A> {
        let failure = match outcome {
            Err(reason) => Some(reason),
            Ok(()) => body.ctx().take_start_error().map(|error| self.failed(error)),
        };
        match failure {
            Some(reason) => self.part(body, reason, false, cx),
            None => {
                let core = &self.cell.core;
                let incarnation = core.incarnation();
                core.announce(|id, path| LifecycleEvent::Started { id, path, incarnation });
                self.report_start(Ok(()));
                if let Some(custodian) = self.custodian() {
                    custodian.life_started();
                }
                Phase::Running(body)
            }
        }
    }

    /// Whether a life that has failed goes on. Only a failure of its own can be overlooked.
    fn resumes_after(&mut self, body: &mut Body<A>, reason: &ExitReason) -> bool {
        let resumes =
            |life: &mut Self| life.custodian().is_some_and(|custodian| custodian.resumes_after(reason));
        if !reason.is_failure() || !contain(|| resumes(self)).unwrap_or(false) {
            return false;
        }
        // What a panic has left of the handler; its asker hears that nobody will answer.
        let _ = contain(|| body.cancel());
        body.ctx().overlook_failure();
        self.cell.core.overlook_fault();
        self.cell.core.host.failure_overlooked(&**self.cell, reason);
        true
    }
}

impl<A: Actor> Drop for Life<A> {
    fn drop(&mut self) {
        // Those who still have references do not keep it.
        let _entourage = self.entourage().take();
        let mut never_born = None;
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Ended if !self.cell.core.is_alive() => return,
            Phase::Born(body) => never_born = body,
            // Ended and yet alive: something panicked on the way from one phase to the next.
            Phase::Ended | Phase::Judging(_) | Phase::Leaving(_) => {}
            Phase::Starting(body) | Phase::Running(body) => drop_contained(body),
            Phase::Parting(parting) => drop_contained(parting.body),
            Phase::Stopping(stopping) => drop_contained(stopping.body),
        }
        break_links(&self.cell.core, &ExitReason::Killed);
        self.close(&ExitReason::Killed);
        never_born.into_iter().for_each(drop_contained);
    }
}
