//! The chains of a system: who leads them, and what becomes of those that wait in line.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{AbortHandle, coop};

use super::helpers::{carry, relieve, share};
use super::line::{FirstInLine, Line, Side};
use super::pace::{Pace, Verdict};
use super::trial::Way;
use super::watch::Watch;
use crate::mailbox::Ready;
use crate::panics::contain;
use crate::sync::Lock;

/// The chains of one system: one line for each thread of its runtime.
pub(crate) struct Chains {
    runtime: Handle,
    /// Those who go on with what is left in the lines.
    helpers: Lock<Vec<AbortHandle>>,
    lines: Lock<Vec<Weak<Side>>>,
    /// The runtime goes down: nobody would come for those in line.
    is_closed: AtomicBool,
    pub(super) watch: Arc<Watch>,
}

/// What those in line have to come to for another thread to be called for them, which takes as long.
const WORTH_A_CALL: Duration = Duration::from_micros(3);

thread_local! {
    pub(super) static HERE: Here = const {
        Here { of: Cell::new(ptr::null()), line: RefCell::new(None), since: Cell::new(None) }
    };

    /// Messages that were handled, whether in a chain or not, since a line has noted it.
    static HANDLED: Cell<u64> = const { Cell::new(0) };
}

/// What is on, on one thread.
pub(super) struct Here {
    /// Whose turns are on; null outside of turns.
    of: Cell<*const Chains>,
    line: RefCell<Option<(Weak<Chains>, Rc<Line>)>>,
    /// When the first one came into line in this chain.
    since: Cell<Option<Instant>>,
}

impl Chains {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            helpers: Lock::default(),
            lines: Lock::default(),
            is_closed: AtomicBool::new(false),
            watch: Arc::default(),
        }
    }

    /// Nobody waits in line any more: those who do, and those who would, are left to their tasks, which end with the runtime.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // Whoever comes into line looks after that whether these are closed.
        fence(Ordering::SeqCst);
        let lines: Vec<_> = self.lines.lock().iter().filter_map(Weak::upgrade).collect();
        lines.iter().for_each(|line| line.spread());
    }

    fn is_closed(&self) -> bool {
        fence(Ordering::SeqCst);
        self.is_closed.load(Ordering::SeqCst)
    }

    /// Takes a turn, and those that follow from it, until it is enough; a carrier goes on with what is left. The first one says
    /// whether another of its own follows.
    pub(crate) fn lead(
        self: &Arc<Self>,
        first: impl FnOnce() -> Option<Ready>,
        is_enough: impl Fn() -> bool,
    ) {
        if let Some(line) = self.lead_on(first, is_enough) {
            if line.have_carried() {
                self.watch_over(&line);
            }
            if self.is_closed() {
                line.side.spread();
            }
        }
    }

    /// Takes turns of whoever is first in line on this thread, if it is wanted, until it is enough; the others are left to the carrier.
    /// Nobody does while a turn is on.
    pub(crate) fn take_turns_of(
        self: &Arc<Self>,
        is_wanted: impl FnOnce(&Ready) -> bool,
        is_enough: impl Fn() -> bool,
    ) -> FirstInLine {
        let first = |here: &Here| {
            let line = here.line_of(self).filter(|_| here.of.get().is_null()).ok_or(FirstInLine::Nobody)?;
            line.pop_if(is_wanted)
        };
        let wanted = match HERE.try_with(first).unwrap_or(Err(FirstInLine::Nobody)) {
            Ok(wanted) => wanted,
            Err(other) => return other,
        };
        let turns = || {
            self.open_line_here();
            let mut next = Some(wanted);
            while let Some(ready) = next {
                next = ready.take_turn();
                if is_enough() {
                    break;
                }
            }
            next
        };
        self.lead(turns, || true);
        FirstInLine::Taken
    }

    /// Begins with whoever is first in the line of this thread.
    pub(super) fn open_line_here(self: &Arc<Self>) -> Option<Ready> {
        let _ = HERE.try_with(|here| here.open_line(self));
        None
    }

    /// As [`lead`](Self::lead), without a carrier; gives the line if somebody is left in it.
    pub(super) fn lead_on(
        self: &Arc<Self>,
        first: impl FnOnce() -> Option<Ready>,
        is_enough: impl Fn() -> bool,
    ) -> Option<Rc<Line>> {
        let mut first = Some(first);
        let led = HERE.try_with(|here| {
            let _end = here.begin(self);
            let first = first.take()?;
            here.go_on(self, contain(first).ok().flatten(), is_enough)
        });
        // Without `HERE` the thread is about to end.
        led.unwrap_or_else(|_| {
            drop(first.and_then(|first| first()));
            None
        })
    }

    /// Has this come into line on this thread, if a turn of one of these is on; false if none is.
    #[inline]
    pub(crate) fn come_next(self: &Arc<Self>, ready: impl FnOnce() -> Option<Ready>) -> bool {
        self.come(ready, Line::push)
    }

    /// As [`come_next`](Self::come_next), for one that has not begun.
    pub(crate) fn come_into_being(self: &Arc<Self>, newborn: impl FnOnce() -> Ready) -> bool {
        !self.is_closed() && self.come(|| Some(newborn()), Line::push_newborn)
    }

    #[inline]
    fn come(
        self: &Arc<Self>,
        ready: impl FnOnce() -> Option<Ready>,
        push: impl FnOnce(&Line, Ready),
    ) -> bool {
        let come = |here: &Here| {
            if here.of.get() != Arc::as_ptr(self) {
                return false;
            }
            if let Some(ready) = ready() {
                if here.since.get().is_none() || !here.has_line_of(self) {
                    here.open_line(self);
                }
                if let Some((_, line)) = &*here.line.borrow() {
                    push(line, ready);
                }
            }
            true
        };
        HERE.try_with(come).unwrap_or(false)
    }

    /// Has this come into line on this thread, where a task of the runtime is on, but no turn.
    pub(crate) fn line_up(self: &Arc<Self>, ready: Ready) {
        self.line_up_by(|line| line.push(ready));
    }

    /// As [`line_up`](Self::line_up), for one that has not begun.
    pub(crate) fn line_up_newborn(self: &Arc<Self>, newborn: Ready) {
        self.line_up_by(|line| line.push_newborn(newborn));
    }

    fn line_up_by(self: &Arc<Self>, push: impl FnOnce(&Line)) {
        let _ = HERE.try_with(|here| {
            let line = here.line_of(self).unwrap_or_else(|| here.renew_line(self));
            push(&line);
            if line.have_carried() {
                self.watch_over(&line);
            }
            if self.is_closed() {
                line.side.spread();
            }
        });
    }

    /// Those in line are worth so much time: whether another thread is to take some of them.
    fn consider(&self, line: &Line, work: Duration) {
        let has_choice = work > WORTH_A_CALL;
        line.side.note(HANDLED.take(), has_choice);
        if has_choice && self.watch.way() == Way::Apart && !line.side.awaits_sharer() {
            self.call_sharer(line);
        }
    }

    fn watch_over(self: &Arc<Self>, line: &Line) {
        // With one thread there is nobody who could step in.
        if self.runtime.runtime_flavor() != RuntimeFlavor::CurrentThread {
            let (chains, runtime) = (Arc::downgrade(self), self.runtime.clone());
            self.watch.begin(&line.side, move |side| drop(runtime.spawn(relieve(chains.clone(), side))));
        }
    }

    fn call_sharer(&self, line: &Line) {
        line.side.call_sharer();
        // The task that is woken next sends it to where other threads find it: this one is busy.
        drop(self.runtime.spawn(std::future::ready(())));
    }

    /// A line for this thread, with those who look after it.
    fn new_line(self: &Arc<Self>) -> Line {
        let line = Line::new();
        let mut lines = self.lines.lock();
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(&line.side));
        drop(lines);
        let mut helpers = self.helpers.lock();
        helpers.retain(|helper| !helper.is_finished());
        let (chains, side) = (Arc::downgrade(self), &line.side);
        helpers.push(self.runtime.spawn(carry(chains.clone(), side.clone())).abort_handle());
        // With one thread there is nobody to share with.
        if self.runtime.runtime_flavor() != RuntimeFlavor::CurrentThread {
            helpers.push(self.runtime.spawn(share(chains, side.clone())).abort_handle());
        }
        line
    }
}

impl Drop for Chains {
    fn drop(&mut self) {
        self.helpers.lock().drain(..).for_each(|helper| helper.abort());
        self.watch.end();
    }
}

/// So many messages were handled on this thread.
#[inline]
pub(crate) fn count_handled(messages: u32) {
    HANDLED.set(HANDLED.get() + u64::from(messages));
}

/// Whether no turn is on, on this thread.
#[inline]
pub(crate) fn is_off() -> bool {
    HERE.try_with(|here| here.of.get().is_null()).unwrap_or(false)
}

impl Here {
    /// Turns of these are on from now on, until the end.
    fn begin(&self, chains: &Arc<Chains>) -> End<'_> {
        let end = End { here: self, of: self.of.replace(Arc::as_ptr(chains)), since: self.since.take() };
        if !end.of.is_null() {
            // A turn within a turn, which blocks its thread.
            let line = self.line.borrow().as_ref().map(|(_, line)| line.clone());
            line.inspect(|line| line.side.spread());
        }
        end
    }

    /// The turns that follow the first one.
    #[inline]
    fn go_on(
        &self,
        chains: &Arc<Chains>,
        again: Option<Ready>,
        is_enough: impl Fn() -> bool,
    ) -> Option<Rc<Line>> {
        let mut again = again;
        let mut pace = Pace::new();
        let mut line = None;
        let mut first_look = None;
        loop {
            if line.is_none() {
                line = self.line_of(chains);
            }
            let ready = match (again.take(), &line) {
                (Some(last), Some(line)) => line.go_last(last),
                (again, None) => again,
                (None, Some(line)) => line.pop(),
            }?;
            let verdict = if is_enough() || !coop::has_budget_remaining() {
                Verdict::Enough
            } else if pace.count() {
                let since = self.since.get().unwrap_or_else(|| *first_look.get_or_insert_with(Instant::now));
                let passed = since.elapsed();
                if let Some(line) = &line {
                    chains.consider(line, pace.work(passed, line.side.all()));
                }
                pace.judge(passed)
            } else {
                Verdict::GoOn
            };
            match (verdict, &line) {
                (Verdict::Enough | Verdict::EnoughHere, Some(here)) => {
                    here.push(ready);
                    if verdict == Verdict::EnoughHere {
                        chains.call_sharer(here);
                    }
                    return line;
                }
                (Verdict::Enough | Verdict::EnoughHere, None) => {
                    ready.hand_to_task();
                    return None;
                }
                (Verdict::Spread, Some(line)) => chains.call_sharer(line),
                (Verdict::Spread, None) | (Verdict::GoOn, _) => {}
            }
            again = contain(|| ready.take_turn()).ok().flatten();
        }
    }

    #[inline]
    fn has_line_of(&self, chains: &Arc<Chains>) -> bool {
        self.line.borrow().as_ref().is_some_and(|(of, _)| ptr::eq(of.as_ptr(), Arc::as_ptr(chains)))
    }

    #[inline]
    pub(super) fn line_of(&self, chains: &Arc<Chains>) -> Option<Rc<Line>> {
        match &*self.line.borrow() {
            Some((of, line)) if ptr::eq(of.as_ptr(), Arc::as_ptr(chains)) => Some(line.clone()),
            _ => None,
        }
    }

    /// The first one is about to come into line.
    #[inline(never)]
    pub(super) fn open_line(&self, chains: &Arc<Chains>) {
        let line = self.line_of(chains).unwrap_or_else(|| self.renew_line(chains));
        if line.begin() {
            chains.watch_over(&line);
        }
        self.since.set(Some(Instant::now()));
    }

    /// A line for these. The one before is of another system; what is left there is for its helpers.
    fn renew_line(&self, chains: &Arc<Chains>) -> Rc<Line> {
        let line = Rc::new(chains.new_line());
        self.line.replace(Some((Arc::downgrade(chains), line.clone())));
        line
    }
}

/// The end of a chain, also by a panic, and what was on before it.
struct End<'a> {
    here: &'a Here,
    of: *const Chains,
    since: Option<Instant>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.here.of.set(self.of);
        if self.here.since.replace(self.since).is_some()
            && self.since.is_none()
            && let Some((_, line)) = &*self.here.line.borrow()
        {
            line.end();
        }
    }
}
