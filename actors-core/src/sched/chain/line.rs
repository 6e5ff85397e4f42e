//! Those who wait on one thread for their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};

use crossbeam_deque::{Steal, Stealer, Worker};
use tokio::sync::Notify;

use crate::mailbox::Ready;

/// Who was first in line when turns of somebody were to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstInLine {
    /// Whoever was wanted: turns of it were taken.
    Taken,
    Another,
    Nobody,
}

/// The thread's own side of its line.
pub(super) struct Line {
    /// First come, first served.
    waiting: Worker<Ready>,
    /// Those that have not begun, the youngest first: a tree of actors is worked through branch by branch, and not all at once.
    newborn: Worker<Ready>,
    pub(super) side: Arc<Side>,
}

/// What other threads see of a line.
pub(super) struct Side {
    waiting: Stealer<Ready>,
    newborn: Stealer<Ready>,
    /// Whether turns are on, on the line's own thread.
    is_led: AtomicBool,
    /// Counts these turns.
    turns: AtomicU32,
    /// Messages that were handled on the line's thread, as it was when this was written last.
    handled: AtomicU64,
    /// Whether there were those in line who could be taken apart.
    has_choice: AtomicBool,
    /// Whether somebody looks after it.
    is_watched: AtomicBool,
    /// Whether the sharer was called, and has not come yet.
    awaits_sharer: AtomicBool,
    /// Whether a carrier was called, and has not come yet, for somebody who came when no turn was on.
    is_called: AtomicBool,
    /// The thread is gone, or has another line.
    is_over: AtomicBool,
    /// Calls the carrier.
    left: Notify,
    /// Calls the sharer.
    shared: Notify,
}

/// The most that go from one line to another at once, in some ten microseconds.
pub(super) const MOST_AT_ONCE: usize = 512;

/// In so many turns somebody has its first, the one who has waited longest for it.
const NEWBORN_EVERY: u32 = 16;

impl Line {
    pub(super) fn new() -> Self {
        let (waiting, newborn) = (Worker::new_fifo(), Worker::new_lifo());
        let side = Side {
            waiting: waiting.stealer(),
            newborn: newborn.stealer(),
            is_led: AtomicBool::new(false),
            turns: AtomicU32::new(0),
            handled: AtomicU64::new(0),
            has_choice: AtomicBool::new(false),
            is_watched: AtomicBool::new(false),
            awaits_sharer: AtomicBool::new(false),
            is_called: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            left: Notify::new(),
            shared: Notify::new(),
        };
        Self { waiting, newborn, side: Arc::new(side) }
    }

    #[inline]
    pub(super) fn push(&self, ready: Ready) {
        self.waiting.push(ready);
    }

    pub(super) fn push_newborn(&self, newborn: Ready) {
        self.newborn.push(newborn);
    }

    /// Whose turn is next. It is about to begin.
    ///
    /// Those that are about something come before those that have not begun, but for now and then.
    #[inline]
    pub(super) fn pop(&self) -> Option<Ready> {
        let turn = self.side.turns.load(Ordering::Relaxed).wrapping_add(1);
        self.side.turns.store(turn, Ordering::Relaxed);
        let mut next = if turn.is_multiple_of(NEWBORN_EVERY) { steal_from(&self.side.newborn) } else { None };
        next = next.or_else(|| self.waiting.pop());
        next.or_else(|| self.newborn.pop())
    }

    /// Whoever is first of those that have begun, if it is wanted; it comes last otherwise. Its turn is about to begin.
    pub(super) fn pop_if(&self, is_wanted: impl FnOnce(&Ready) -> bool) -> Result<Ready, FirstInLine> {
        let first = self.waiting.pop().ok_or(FirstInLine::Nobody)?;
        if is_wanted(&first) {
            return Ok(first);
        }
        self.push(first);
        Err(FirstInLine::Another)
    }

    /// Whose turn is next, if this one comes after all others.
    #[inline]
    pub(super) fn go_last(&self, ready: Ready) -> Option<Ready> {
        match self.pop() {
            None => Some(ready),
            next => {
                self.push(ready);
                next
            }
        }
    }

    /// Somebody is about to wait here while turns are on. Whether the line is to be watched from now on.
    #[must_use]
    pub(super) fn begin(&self) -> bool {
        self.side.is_led.swap(true, Ordering::SeqCst);
        self.is_unwatched()
    }

    /// Somebody was put in while no turn is on: a carrier comes. Whether the line is to be watched from now on.
    #[must_use]
    pub(super) fn have_carried(&self) -> bool {
        // Before the carrier looks, it says that it was called.
        fence(Ordering::SeqCst);
        if !self.side.is_called.load(Ordering::SeqCst) {
            self.side.is_called.store(true, Ordering::SeqCst);
            self.side.call_carrier();
        }
        self.is_unwatched()
    }

    /// True once for each time that somebody is to look after it.
    fn is_unwatched(&self) -> bool {
        !self.side.is_watched.load(Ordering::SeqCst) && !self.side.is_watched.swap(true, Ordering::SeqCst)
    }

    /// No turn is on any more.
    pub(super) fn end(&self) {
        self.side.is_led.store(false, Ordering::Release);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end();
        self.side.is_over.store(true, Ordering::SeqCst);
        [&self.side.left, &self.side.shared].into_iter().for_each(Notify::notify_one);
    }
}

impl Side {
    /// Calls the carrier for those who are left in the line.
    pub(super) fn call_carrier(&self) {
        self.left.notify_one();
    }

    /// Whether the carrier was called before the line was over.
    pub(super) async fn has_called_carrier(&self) -> bool {
        self.left.notified().await;
        self.is_called.swap(false, Ordering::SeqCst);
        !self.is_over()
    }

    /// Calls the sharer: there is work for another thread.
    pub(super) fn call_sharer(&self) {
        self.awaits_sharer.store(true, Ordering::Relaxed);
        self.shared.notify_one();
    }

    /// Whether the sharer was called, and has not come yet.
    pub(super) fn awaits_sharer(&self) -> bool {
        self.awaits_sharer.load(Ordering::Relaxed)
    }

    /// Whether the sharer was called before the line was over.
    pub(super) async fn has_called_sharer(&self) -> bool {
        self.shared.notified().await;
        self.awaits_sharer.store(false, Ordering::Relaxed);
        !self.is_over()
    }

    /// Whether turns are on, on the line's own thread.
    pub(super) fn is_led(&self) -> bool {
        self.is_led.load(Ordering::SeqCst)
    }

    /// Those that can be moved at once.
    pub(super) fn some(&self) -> usize {
        self.all().min(MOST_AT_ONCE)
    }

    /// All of those in line.
    pub(super) fn all(&self) -> usize {
        self.waiting.len() + self.newborn.len()
    }

    /// Takes one out, from any thread.
    pub(super) fn steal(&self) -> Option<Ready> {
        steal_from(&self.waiting).or_else(|| steal_from(&self.newborn))
    }

    /// Hands all that wait to their tasks.
    pub(super) fn spread(&self) {
        while let Some(ready) = self.steal() {
            ready.hand_to_task();
        }
    }

    /// To be called by the line's thread now and then: how many messages it has handled since, and whether those in line could be taken apart.
    pub(super) fn note(&self, handled: u64, has_choice: bool) {
        let handled = self.handled.load(Ordering::Relaxed).wrapping_add(handled);
        self.handled.store(handled, Ordering::Relaxed);
        if has_choice {
            self.has_choice.store(true, Ordering::Relaxed);
        }
    }

    /// Messages that were handled on the line's thread, as it was noted last.
    pub(super) fn handled(&self) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }

    /// Whether there was a choice since this was called last.
    pub(super) fn had_choice(&self) -> bool {
        self.has_choice.swap(false, Ordering::Relaxed)
    }

    /// Which turn is on, or was the last one.
    pub(super) fn turn(&self) -> u32 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Whether no turn is on, and nobody waits.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_led() && self.all() == 0
    }

    /// Nobody looks after it any more; false if it is used again already.
    pub(super) fn leave_unwatched(&self) -> bool {
        self.is_watched.swap(false, Ordering::SeqCst);
        // Whoever begins a chain says so first, and looks for a watcher then.
        if self.is_idle() {
            return true;
        }
        self.is_watched.store(true, Ordering::SeqCst);
        false
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

fn steal_from(waiting: &Stealer<Ready>) -> Option<Ready> {
    loop {
        match waiting.steal() {
            Steal::Success(ready) => return Some(ready),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}
