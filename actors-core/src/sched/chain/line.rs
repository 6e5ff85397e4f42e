//! Those who wait on one thread for their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};

use crossbeam_deque::{Steal, Stealer, Worker};
use tokio::sync::Notify;

use crate::mailbox::Ready;

/// The thread's own side of its line.
pub(super) struct Line {
    waiting: Worker<Ready>,
    pub(super) side: Arc<Side>,
}

/// What other threads see of a line.
pub(super) struct Side {
    waiting: Stealer<Ready>,
    /// Whether turns are on, on the line's own thread.
    is_led: AtomicBool,
    /// Counts these turns.
    turns: AtomicU32,
    /// Whether somebody looks after it.
    is_watched: AtomicBool,
    /// Whether a carrier was called, and has not come yet, for somebody who came when no turn was on.
    is_called: AtomicBool,
    /// The thread is gone, or has another line.
    is_over: AtomicBool,
    /// Calls the carriers.
    left: [Notify; CARRIERS],
    /// Calls the watcher.
    used: Notify,
}

/// One for what is left while the other one goes on with what was left before.
pub(super) const CARRIERS: usize = 2;

impl Line {
    pub(super) fn new() -> Self {
        let waiting = Worker::new_fifo();
        let side = Side {
            waiting: waiting.stealer(),
            is_led: AtomicBool::new(false),
            turns: AtomicU32::new(0),
            is_watched: AtomicBool::new(false),
            is_called: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            left: [Notify::new(), Notify::new()],
            used: Notify::new(),
        };
        Self { waiting, side: Arc::new(side) }
    }

    #[inline]
    pub(super) fn push(&self, ready: Ready) {
        self.waiting.push(ready);
    }

    /// Whose turn is next. It is about to begin.
    #[inline]
    pub(super) fn pop(&self) -> Option<Ready> {
        let next = self.waiting.pop()?;
        let turns = &self.side.turns;
        turns.store(turns.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        Some(next)
    }

    /// Hands all that wait to their tasks.
    pub(super) fn spread(&self) {
        while let Some(ready) = self.pop() {
            ready.hand_to_task();
        }
    }

    /// Somebody is about to wait here while turns are on.
    pub(super) fn begin(&self) {
        self.side.is_led.swap(true, Ordering::SeqCst);
        self.have_watched();
    }

    /// Puts one in while no turn is on; a carrier comes for it.
    pub(super) fn push_for_carrier(&self, ready: Ready) {
        self.push(ready);
        // Before the carrier looks, it says that it was called.
        fence(Ordering::SeqCst);
        self.have_watched();
        if !self.side.is_called.load(Ordering::SeqCst) {
            self.side.is_called.store(true, Ordering::SeqCst);
            self.side.call(0);
        }
    }

    fn have_watched(&self) {
        if !self.side.is_watched.load(Ordering::SeqCst) {
            self.side.is_watched.store(true, Ordering::SeqCst);
            self.side.used.notify_one();
            // One that comes after it sends it to where other threads find it: this one is busy.
            self.side.call(0);
        }
    }

    /// No turn is on any more.
    pub(super) fn end(&self) {
        self.side.is_led.store(false, Ordering::Release);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.side.is_over.store(true, Ordering::SeqCst);
        self.side.left.iter().chain([&self.side.used]).for_each(Notify::notify_one);
    }
}

impl Side {
    /// Calls a carrier for those who are left in the line.
    pub(super) fn call(&self, carrier: usize) {
        self.left[carrier].notify_one();
    }

    /// Whether this carrier was called before the line was over.
    pub(super) async fn called(&self, carrier: usize) -> bool {
        self.left[carrier].notified().await;
        self.is_called.swap(false, Ordering::SeqCst);
        !self.is_over()
    }

    /// Takes one out, from any thread.
    pub(super) fn steal(&self) -> Option<Ready> {
        loop {
            match self.waiting.steal() {
                Steal::Success(ready) => return Some(ready),
                Steal::Empty => return None,
                Steal::Retry => std::hint::spin_loop(),
            }
        }
    }

    /// Hands all that wait to their tasks.
    pub(super) fn spread(&self) {
        while let Some(ready) = self.steal() {
            ready.hand_to_task();
        }
    }

    /// Which turn is on, or was the last one.
    pub(super) fn turn(&self) -> u32 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Whether no turn is on, and nobody waits.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_led.load(Ordering::SeqCst) && self.waiting.is_empty()
    }

    /// Whether it was used before it was over.
    pub(super) async fn used(&self) -> bool {
        self.used.notified().await;
        !self.is_over()
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

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}
