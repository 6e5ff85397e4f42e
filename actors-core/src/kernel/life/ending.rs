//! The end of a life, and what follows it.

use std::task::{Context as TaskContext, Poll};

use super::contained::{cancel_contained, drop_contained, last_reason};
use super::{Judging, Leaving, Life, Parting, Phase, Stopping, contain};
use crate::error::StartError;
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::custody::{LifeEnd, Verdict};
use crate::kernel::envelope::Body;
use crate::kernel::links::break_links;
use crate::kernel::pulse::Stage;
use crate::observe::LifecycleEvent;

impl<A: Actor> Life<'_, A> {
    /// The life is to end: first the children do.
    pub(super) fn part(
        &mut self,
        mut body: Body<A>,
        reason: ExitReason,
        started: bool,
        cx: &mut TaskContext<'_>,
    ) -> Phase<A> {
        self.cell.core.pulse.enter(Stage::Stopping);
        cancel_contained(&mut body);
        // Linked to one that was killed, it ends for that reason and has its hook.
        let hook = started && !self.cell.core.is_killed();
        match contain(|| body.ctx().wind_down()).unwrap_or_default() {
            Some(children) => Phase::Parting(Box::new(Parting { body, reason, children, hook })),
            None => self.say_farewell(body, reason, hook, cx),
        }
    }

    pub(super) fn say_farewell(
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
            Ok(Poll::Pending) => Phase::Stopping(Box::new(Stopping { body, reason })),
            Ok(Poll::Ready(())) => self.over(body, reason),
            Err(panic) => self.over(body, last_reason(reason, Err(ExitReason::Panicked(panic)))),
        }
    }

    /// The life is over: its state goes.
    pub(super) fn over(&mut self, body: Body<A>, reason: ExitReason) -> Phase<A> {
        drop_contained(body);
        self.judge(reason)
    }

    pub(super) fn judge(&mut self, reason: ExitReason) -> Phase<A> {
        break_links(&self.cell.core, &reason);
        let stopped_now = self.cell.core.take_stop_now();
        if stopped_now {
            self.drop_queue();
        }
        // Whoever waits for the first start is told how it went instead of having it tried again.
        if !self.cell.core.may_restart() || self.is_awaited() {
            return self.obey(Verdict::Stop, reason);
        }
        // An order to stop is obeyed though the life failed before it could. What a supervisor ends comes back regardless.
        if stopped_now
            && !reason.is_normal()
            && !self.cell.core.was_told_to_end_life()
            && self.ends_with_a_stop()
        {
            return self.obey(Verdict::Stop, reason);
        }
        self.cell.core.pulse.enter(Stage::Restarting);
        let end = LifeEnd {
            reason: reason.clone(),
            ignored: self.entourage().as_ref().is_some_and(|entourage| entourage.ignored),
            ordered: self.cell.core.was_told_to_end_life(),
        };
        match contain(|| self.custodian().map(|custodian| custodian.verdict(end))) {
            Ok(Some(verdict)) => Phase::Judging(Box::new(Judging { verdict, reason })),
            Ok(None) | Err(_) => self.obey(Verdict::Stop, reason),
        }
    }

    pub(super) fn go_on_judging(
        &mut self,
        mut judging: Box<Judging>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Phase<A>> {
        let core = &self.cell.core;
        let verdict =
            if core.may_restart() { judging.verdict.as_mut().poll(cx) } else { Poll::Ready(Verdict::Stop) };
        match verdict {
            Poll::Ready(Verdict::Stop) => Poll::Ready(self.obey(Verdict::Stop, judging.reason)),
            Poll::Ready(Verdict::Restart) => {
                let born = self.obey(Verdict::Restart, judging.reason);
                self.enter(born);
                // The neighbours' turn first: lives that fail at once would never give way.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending if self.is_stopped_between_lives() => {
                Poll::Ready(self.obey(Verdict::Stop, judging.reason))
            }
            Poll::Pending => {
                // Senders want to know meanwhile how much room there is.
                self.cell.open().1.publish();
                self.cell.core.enter_gap();
                self.enter(Phase::Judging(judging));
                Poll::Pending
            }
        }
    }

    /// Whether it was told to stop now, while it waits for its next life, and so has none.
    pub(super) fn is_stopped_between_lives(&mut self) -> bool {
        if !self.cell.core.take_stop_now() {
            return false;
        }
        self.drop_queue();
        self.ends_with_a_stop()
    }

    /// Whether the life that was told to stop is the last one.
    fn ends_with_a_stop(&mut self) -> bool {
        contain(|| self.custodian().is_none_or(|custodian| custodian.end_with_a_stop())).unwrap_or(false)
    }

    pub(super) fn obey(&mut self, verdict: Verdict, reason: ExitReason) -> Phase<A> {
        let core = &self.cell.core;
        let restarting = verdict == Verdict::Restart;
        if !reason.is_normal() {
            core.host.life_failed(&**self.cell, &reason, restarting);
            core.announce(|id, path| LifecycleEvent::Failed { id, path, reason: reason.clone() });
        }
        if self.is_awaited() {
            self.report_start(Err(StartError::of_life(&reason)));
        }
        if !restarting {
            return match contain(|| self.custodian().and_then(|custodian| custodian.farewell())) {
                Ok(Some(farewell)) => {
                    self.cell.core.pulse.enter(Stage::Stopping);
                    Phase::Leaving(Box::new(Leaving { farewell, reason }))
                }
                Ok(None) | Err(_) => self.finish(&reason),
            };
        }
        let core = &self.cell.core;
        let incarnation = core.incarnation().next();
        core.begin_life(incarnation);
        core.announce(|id, path| LifecycleEvent::Restarted { id, path, incarnation, reason });
        Phase::Born(None)
    }

    pub(super) fn drop_queue(&mut self) {
        let (cell, mut reader) = self.cell.open();
        cell.drop_queue(&mut reader);
    }

    /// The end of the actor, for everybody else.
    pub(super) fn close(&mut self, reason: &ExitReason) {
        let (cell, reader) = self.cell.open();
        cell.finish(reader, reason);
    }

    pub(super) fn finish(&mut self, reason: &ExitReason) -> Phase<A> {
        self.close(reason);
        Phase::Ended
    }
}
