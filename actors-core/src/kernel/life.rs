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
//! A state machine by hand, which lies beside the mailbox: it is small, so that an idle actor is, and it nests no types of users' futures.

mod contained;
mod ending;
mod entourage;
mod phase;
mod span;

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

/// The lives of an actor, for the one whose turn it is.
pub(crate) struct Life<'a, A: Actor> {
    cell: Outlet<'a, Cell<A>>,
}

/// What the consumer of a mailbox has: where in its life the actor is, and what goes with it.
pub(crate) struct Tenant<A: Actor> {
    phase: Phase<A>,
    /// `None`: the actor lives once, nobody waits for its start, and nobody wants its span.
    entourage: Option<Box<Entourage<A>>>,
}

/// Why a turn is over.
pub(crate) enum Pause {
    /// Nothing is queued.
    Rest,
    /// Nothing is queued that is handled in spite of the suspension.
    Suspended,
    /// It waits to be woken, or was woken already and gives way.
    Wait,
    /// The actor has ended.
    Ended,
}

impl<A: Actor> Tenant<A> {
    /// Before the actor is launched.
    pub(crate) fn none() -> Self {
        Self { phase: Phase::Ended, entourage: None }
    }
}

impl<'a, A: Actor> Life<'a, A> {
    pub(crate) fn of(cell: Outlet<'a, Cell<A>>) -> Self {
        Self { cell }
    }

    pub(crate) fn into_outlet(self) -> Outlet<'a, Cell<A>> {
        self.cell
    }

    /// The beginning.
    pub(crate) fn conceive(&mut self, lives: Lives<A>, report: Option<StartReport>) {
        let (body, custodian) = match lives {
            Lives::One(actor) => (Some(Body::new(actor, Context::new(self.cell.clone()))), None),
            Lives::Many(custodian) => (None, Some(custodian)),
        };
        if custodian.as_ref().is_none_or(|custodian| custodian.grants_one_life()) {
            self.cell.core.live_once();
        }
        *self.cell.private() =
            Tenant { phase: Phase::Born(body), entourage: Entourage::of(custodian, report) };
    }

    /// Ends an actor that may not start.
    pub(crate) fn refuse(&mut self, reason: &ExitReason) -> Option<StartReport> {
        let never_born = self.leave_phase();
        let (cell, reader) = self.cell.open();
        cell.turn_away(reader, reason);
        drop(never_born);
        self.report()
    }

    /// Takes a turn.
    #[inline]
    pub(crate) fn go_on(&mut self, cx: &mut TaskContext<'_>) -> Pause {
        if self.may_have_span() { self.go_on_in_span(cx) } else { self.take_turn(cx) }
    }

    #[inline(never)]
    fn take_turn(&mut self, cx: &mut TaskContext<'_>) -> Pause {
        loop {
            let me = self.cell.home();
            // The usual phase stays where it is.
            let (tenant, cell, reader) = self.cell.open_private::<_, Tenant<A>>();
            let end = match &mut tenant.phase {
                Phase::Running(body) => match as_current(me, || handle_messages(cell, reader, body, cx)) {
                    Ok(pause) => return pause,
                    Err(end) => Some(end),
                },
                _ => None,
            };
            match as_current(me, || self.change(end, cx)) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => return Pause::Ended,
                Poll::Pending => return Pause::Wait,
            }
        }
    }

    #[inline]
    fn phase(&mut self) -> &mut Phase<A> {
        &mut self.cell.private::<Tenant<A>>().phase
    }

    #[inline]
    fn leave_phase(&mut self) -> Phase<A> {
        std::mem::replace(self.phase(), Phase::Ended)
    }

    /// From phase to phase, until messages are to be handled; false if that will not happen any more. `end` is why the life
    /// that was running is to end.
    #[inline(never)]
    fn change(&mut self, end: Option<ExitReason>, cx: &mut TaskContext<'_>) -> Poll<bool> {
        if let Some(reason) = end {
            ready!(self.stop_running(reason, cx));
        }
        loop {
            let phase = match self.leave_phase() {
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
        std::mem::forget(std::mem::replace(self.phase(), phase));
    }

    /// The life is to end, unless it may go on in spite of the reason.
    #[cold]
    fn stop_running(&mut self, reason: ExitReason, cx: &mut TaskContext<'_>) -> Poll<()> {
        let Phase::Running(mut body) = self.leave_phase() else {
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

impl<A: Actor> Life<'_, A> {
    /// Ends an actor whose task goes before its time, unless it has ended.
    #[cold]
    pub(crate) fn abandon(&mut self) {
        // Those who still have references do not keep it.
        let _entourage = self.entourage().take();
        let mut never_born = None;
        match self.leave_phase() {
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
