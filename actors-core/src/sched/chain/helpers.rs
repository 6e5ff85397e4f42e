//! The tasks of the runtime that go on with what is left in a line, on its own thread or on another.

use std::ptr;
use std::sync::{Arc, Weak};

use tokio::task::yield_now;

use super::chains::{Chains, HERE, Here};
use super::line::{MOST_AT_ONCE, Side};
use super::trial::Way;

/// The carrier: goes on with what was left in line.
pub(super) async fn carry(chains: Weak<Chains>, side: Arc<Side>) {
    while side.has_called_carrier().await {
        while chains.upgrade().is_some_and(|chains| chains.carry(&side)) {
            // What else there is to do on this thread comes first. It stays there: to go to another one is to fetch everything anew.
            yield_now().await;
        }
    }
    side.spread();
}

/// The sharer: takes over some of those in line on another thread.
pub(super) async fn share(chains: Weak<Chains>, side: Arc<Side>) {
    while side.has_called_sharer().await {
        while chains.upgrade().is_some_and(|chains| chains.take_share(&side)) {
            yield_now().await;
        }
    }
}

/// Those that wait for a long turn, or for a task that keeps the thread, have their turns where this runs.
pub(super) async fn relieve(chains: Weak<Chains>, side: Arc<Side>) {
    let turn = side.turn();
    while side.some() > 0 && side.turn() == turn {
        let Some(chains) = chains.upgrade() else { return };
        chains.take_over(&side, side.some());
        drop(chains);
        yield_now().await;
    }
}

impl Chains {
    /// Takes turns that were left in a line; true if some are left still.
    fn carry(self: &Arc<Self>, side: &Side) -> bool {
        if self.length_elsewhere(side).is_none() {
            return self.carry_here();
        }
        // Those that work together are better left together.
        if !side.is_led() {
            self.take_over(side, side.some());
        }
        false
    }

    /// Takes turns that were left in the line of this thread; true if some are left still.
    fn carry_here(self: &Arc<Self>) -> bool {
        self.lead_on(|| self.open_line_here(), || false).is_some()
    }

    /// Takes as many turns as make the line and that of this thread alike; true if more of them may be taken.
    fn take_share(self: &Arc<Self>, side: &Side) -> bool {
        let Some(here) = self.length_elsewhere(side) else { return false };
        let share = side.all().saturating_sub(here).div_ceil(2).min(MOST_AT_ONCE);
        if share == 0 {
            return false;
        }
        self.take_over(side, share);
        self.watch.way() == Way::Apart && self.length_elsewhere(side) == Some(0)
    }

    /// How many wait in the line of this thread, if that is another one.
    fn length_elsewhere(self: &Arc<Self>, side: &Side) -> Option<usize> {
        let length = |here: &Here| match here.line_of(self) {
            Some(line) if ptr::eq(&*line.side, side) => None,
            line => Some(line.map_or(0, |line| line.side.all())),
        };
        HERE.try_with(length).unwrap_or(Some(0))
    }

    /// Takes the turns of so many that wait in a line of another thread.
    fn take_over(self: &Arc<Self>, side: &Side, count: usize) {
        let first = || {
            for _ in 0..count {
                let Some(ready) = side.steal() else { break };
                self.come_next(|| Some(ready));
            }
            if count == MOST_AT_ONCE {
                // There may be more.
                side.call_carrier();
            }
            None
        };
        self.lead(first, || false);
    }
}
