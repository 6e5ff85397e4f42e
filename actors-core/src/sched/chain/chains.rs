//! The chains of a system: who leads them, and what becomes of those that wait in line.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{AbortHandle, coop};

use super::line::{CARRIERS, Line, Side};
use super::pace::{Pace, Verdict};
use crate::mailbox::Ready;
use crate::sync::Lock;

/// The chains of one system: one line for each thread of its runtime.
pub(crate) struct Chains {
    runtime: Handle,
    /// Those who look after the lines.
    helpers: Lock<Vec<AbortHandle>>,
}

/// How long somebody may wait in line for one turn to end.
const LONGEST_WAIT: Duration = Duration::from_millis(1);

thread_local! {
    static HERE: Here = const {
        Here {
            of: Cell::new(ptr::null()),
            line: RefCell::new(None),
            since: Cell::new(None),
            carrier: Cell::new(0),
        }
    };
}

/// What is on, on one thread.
struct Here {
    /// Whose turns are on; null outside of turns.
    of: Cell<*const Chains>,
    line: RefCell<Option<(Weak<Chains>, Rc<Line>)>>,
    /// When the first one came into line in this chain.
    since: Cell<Option<Instant>>,
    /// Which carrier goes on with what is left.
    carrier: Cell<usize>,
}

impl Chains {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self { runtime, helpers: Lock::new(Vec::new()) }
    }

    /// Takes a turn, and those that follow from it, until it is enough. The first one says whether another of its own follows.
    pub(crate) fn lead(
        self: &Arc<Self>,
        first: impl FnOnce() -> Option<Ready>,
        is_enough: impl Fn() -> bool,
    ) {
        let mut first = Some(first);
        let led = HERE.try_with(|here| {
            let _end = here.begin(self);
            if let Some(first) = first.take() {
                here.go_on(self, first(), is_enough);
            }
        });
        // The thread is about to end.
        if led.is_err()
            && let Some(first) = first
        {
            drop(first());
        }
    }

    /// Has this come into line on this thread, if a turn of one of these is on; false if none is.
    #[inline]
    pub(crate) fn come_next(self: &Arc<Self>, ready: impl FnOnce() -> Option<Ready>) -> bool {
        let come = |here: &Here| {
            if here.of.get() != Arc::as_ptr(self) {
                return false;
            }
            if let Some(ready) = ready() {
                if here.since.get().is_none() {
                    here.open_line(self);
                }
                if let Some((_, line)) = &*here.line.borrow() {
                    line.push(ready);
                }
            }
            true
        };
        HERE.try_with(come).unwrap_or(false)
    }

    /// Has this come into line on this thread, where no turn is on: a task of the runtime is.
    pub(crate) fn line_up(self: &Arc<Self>, ready: Ready) {
        let mut ready = Some(ready);
        let _ = HERE.try_with(|here| {
            let line = here.line_of(self).unwrap_or_else(|| here.renew_line(self));
            ready.take().into_iter().for_each(|ready| line.push_for_carrier(ready));
        });
    }

    /// Takes the turns that were left in a line.
    fn carry(self: &Arc<Self>, side: &Arc<Side>, carrier: usize) {
        let from_elsewhere = || {
            while let Some(ready) = side.steal() {
                self.come_next(|| Some(ready));
            }
            None
        };
        let from_here = || {
            // What is left then is for another one.
            let _ = HERE.try_with(|here| here.carrier.set((carrier + 1) % CARRIERS));
            None
        };
        let is_here =
            HERE.try_with(|here| here.line_of(self).is_some_and(|line| Arc::ptr_eq(&line.side, side)));
        if is_here == Ok(true) { self.lead(from_here, || false) } else { self.lead(from_elsewhere, || false) }
    }

    /// A line for this thread, with those who look after it.
    fn new_line(self: &Arc<Self>) -> Line {
        let line = Line::new();
        let mut helpers = self.helpers.lock();
        helpers.retain(|helper| !helper.is_finished());
        let carriers = (0..CARRIERS)
            .map(|which| self.runtime.spawn(carry(Arc::downgrade(self), line.side.clone(), which)));
        helpers.extend(carriers.map(|carrier| carrier.abort_handle()));
        // With one thread there is nobody who could step in.
        if self.runtime.runtime_flavor() != RuntimeFlavor::CurrentThread {
            helpers.push(self.runtime.spawn(watch(line.side.clone())).abort_handle());
        }
        line
    }
}

impl Drop for Chains {
    fn drop(&mut self) {
        self.helpers.lock().drain(..).for_each(|helper| helper.abort());
    }
}

/// Whether no turn is on, on this thread.
#[inline]
pub(crate) fn is_off() -> bool {
    HERE.try_with(|here| here.of.get().is_null()).unwrap_or(false)
}

/// A carrier: goes on with what was left in line.
async fn carry(chains: Weak<Chains>, side: Arc<Side>, which: usize) {
    while side.called(which).await {
        let Some(chains) = chains.upgrade() else { break };
        chains.carry(&side, which);
    }
    side.spread();
}

/// The watcher: those that wait for a long turn are handed to their tasks, so that other threads find them.
async fn watch(side: Arc<Side>) {
    while side.used().await {
        loop {
            let turn = side.turn();
            tokio::time::sleep(LONGEST_WAIT).await;
            if side.is_idle() {
                if side.leave_unwatched() {
                    break;
                }
            } else if side.turn() == turn {
                side.spread();
            }
        }
    }
}

impl Here {
    /// Turns of these are on from now on, until the end.
    fn begin(&self, chains: &Arc<Chains>) -> End<'_> {
        let end = End { here: self, of: self.of.replace(Arc::as_ptr(chains)), since: self.since.take() };
        if !end.of.is_null()
            && let Some((_, line)) = &*self.line.borrow()
        {
            // A turn within a turn, which blocks its thread.
            line.spread();
        }
        self.carrier.set(0);
        end
    }

    /// The turns that follow the first one.
    #[inline]
    fn go_on(&self, chains: &Arc<Chains>, again: Option<Ready>, is_enough: impl Fn() -> bool) {
        let mut again = again;
        let mut pace = Pace::new();
        let mut line = None;
        let mut first_look = None;
        loop {
            if line.is_none() {
                line = self.line_of(chains);
            }
            let Some(ready) = again.take().or_else(|| line.as_ref()?.pop()) else { return };
            let verdict = if is_enough() || !coop::has_budget_remaining() {
                Verdict::Enough
            } else if pace.count() {
                let since = self.since.get().unwrap_or_else(|| *first_look.get_or_insert_with(Instant::now));
                pace.judge(since.elapsed())
            } else {
                Verdict::GoOn
            };
            match (verdict, &line) {
                (Verdict::Enough, Some(line)) => {
                    line.push(ready);
                    return line.side.call(self.carrier.get());
                }
                (Verdict::Enough, None) => return ready.hand_to_task(),
                (Verdict::Spread, Some(line)) => line.spread(),
                (Verdict::Spread, None) | (Verdict::GoOn, _) => {}
            }
            again = ready.take_turn();
        }
    }

    #[inline]
    fn line_of(&self, chains: &Arc<Chains>) -> Option<Rc<Line>> {
        match &*self.line.borrow() {
            Some((of, line)) if ptr::eq(of.as_ptr(), Arc::as_ptr(chains)) => Some(line.clone()),
            _ => None,
        }
    }

    /// The first one is about to come into line.
    #[inline(never)]
    fn open_line(&self, chains: &Arc<Chains>) {
        let line = self.line_of(chains).unwrap_or_else(|| self.renew_line(chains));
        line.begin();
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
