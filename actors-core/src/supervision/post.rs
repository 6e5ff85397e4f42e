//! Between a child and its supervisor: the child tells what becomes of its lives, the supervisor decides what follows.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::{Notify, oneshot};

use super::child_spec::Terms;
use super::overseer::{Event, Supervisor};
use super::roster::Key;
use super::strategy::{Decide, Directive, directive};
use crate::exit::ExitReason;
use crate::kernel::cell::Cell;
use crate::kernel::context::Ticket;
use crate::kernel::custody::{BoxFuture, LifeEnd, Verdict};
use crate::kernel::envelope::Envelope;
use crate::mailbox::{Lane, WeakHome};
use crate::sync::Lock;

/// A child's line to its supervisor, shared by both. It lasts as long as the child's actor.
pub(super) struct Post {
    key: Key,
    boss: Boss,
    terms: Terms,
    /// What the supervisor decides about children whose own terms do not.
    decide: Option<Decide>,
    /// How many lives have begun.
    lives: AtomicU32,
    /// Whether the present life has started.
    up: AtomicBool,
    /// Whether it ends because somebody told it to stop, whatever the reason says.
    stopped: AtomicBool,
    /// What was decided about the failure that ends the present life: nobody is asked twice about one.
    decided: Lock<Option<Directive>>,
    /// Where a child whose life is over waits for the verdict.
    parked: Lock<Option<oneshot::Sender<Verdict>>>,
    has_parked: Notify,
}

/// A supervisor, as its children see it: it may be gone, or in another of its lives.
#[derive(Clone)]
pub(super) struct Boss(WeakHome<Cell<Supervisor>>);

impl Boss {
    pub(super) fn new(cell: WeakHome<Cell<Supervisor>>) -> Self {
        Self(cell)
    }

    /// Puts an event in the supervisor's mailbox, in order with what others ask of it; false if it is gone.
    pub(super) fn tell(&self, event: Event) -> bool {
        self.0.upgrade().is_some_and(|cell| {
            let ticket = Ticket::Life(cell.core.incarnation());
            let is_queued = cell.inbox.force(Envelope::ticketed(ticket, event), Lane::User).is_ok();
            Cell::call(&cell);
            is_queued
        })
    }
}

impl Post {
    pub(super) fn new(key: Key, boss: Boss, terms: Terms, decide: Option<Decide>) -> Self {
        Self {
            key,
            boss,
            terms,
            decide,
            lives: AtomicU32::new(0),
            up: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            decided: Lock::new(None),
            parked: Lock::new(None),
            has_parked: Notify::new(),
        }
    }

    // The child's side.

    pub(super) fn life_begins(&self) {
        self.lives.fetch_add(1, Ordering::AcqRel);
        self.up.store(false, Ordering::Release);
    }

    pub(super) fn life_started(&self) {
        self.up.store(true, Ordering::Release);
        self.boss.tell(Event::Started { key: self.key, life: self.life() });
    }

    pub(super) fn resumes_after(&self, reason: &ExitReason) -> bool {
        let directive = self.directive(reason);
        let resumes = directive == Directive::Resume;
        *self.decided.lock() = (!resumes).then_some(directive);
        resumes
    }

    pub(super) fn end_with_a_stop(&self) -> bool {
        let ends = !self.terms.restart.applies_to(&ExitReason::Normal);
        self.stopped.store(ends, Ordering::Release);
        ends
    }

    /// Whether the child has no life but this one, so that nothing is kept for another.
    pub(super) fn is_for_one_life(&self) -> bool {
        self.terms.restart.is_temporary()
    }

    /// Reports the end of a life. The child decides by itself where the supervisor would have nothing to decide.
    pub(super) fn life_over(&self, end: LifeEnd) -> BoxFuture<'static, Verdict> {
        let started = self.up.load(Ordering::Acquire);
        let decided = self.decided.lock().take();
        let directive = match decided {
            Some(directive) if end.reason.is_failure() => directive,
            _ if started && !end.ordered => self.directive(&end.reason),
            _ => Directive::Restart,
        };
        let for_good = if end.ordered || !started {
            self.terms.restart.is_temporary() && end.ordered
        } else {
            directive == Directive::Stop
                || (directive != Directive::Escalate && !self.terms.restart.applies_to(&end.reason))
        };
        if for_good {
            return Box::pin(std::future::ready(Verdict::Stop));
        }
        let (verdict, decided) = oneshot::channel();
        *self.parked.lock() = Some(verdict);
        let heard = self.boss.tell(Event::Over {
            key: self.key,
            life: self.life(),
            started,
            ignored: end.ignored,
            escalates: started && !end.ordered && directive == Directive::Escalate,
            reason: end.reason,
        });
        if !heard {
            self.parked.lock().take();
        }
        self.has_parked.notify_one();
        Box::pin(async move { decided.await.unwrap_or(Verdict::Stop) })
    }

    fn directive(&self, reason: &ExitReason) -> Directive {
        directive(self.terms.decide.as_ref().or(self.decide.as_ref()), reason)
    }

    // The supervisor's side.

    /// Which life of the child an event is about, counted from 1.
    pub(super) fn life(&self) -> u32 {
        self.lives.load(Ordering::Acquire)
    }

    /// Whether the child has ended because somebody told it to stop.
    pub(super) fn was_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn is_parked(&self) -> bool {
        self.parked.lock().is_some()
    }

    /// Lets a child go on that waits for the verdict; false if none does.
    pub(super) fn decide(&self, verdict: Verdict) -> bool {
        let parked = self.parked.lock().take();
        parked.is_some_and(|parked| parked.send(verdict).is_ok())
    }

    /// Completes when the child's life is over and it waits for the verdict.
    pub(super) async fn until_parked(&self) {
        while !self.is_parked() {
            self.has_parked.notified().await;
        }
    }
}
