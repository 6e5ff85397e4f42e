//! Which of many futures want to be polled.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::sync::Lock;

/// The numbers of the futures that were woken, in order, and who waits for the next one.
#[derive(Default)]
pub(super) struct Ready(Lock<Woken>);

#[derive(Default)]
struct Woken {
    numbers: VecDeque<u64>,
    waiter: Option<Waker>,
}

impl Ready {
    /// The next number; registers the task otherwise.
    pub(super) fn poll_pop(&self, cx: &mut Context<'_>) -> Poll<u64> {
        let mut woken = self.0.lock();
        if let Some(number) = woken.numbers.pop_front() {
            return Poll::Ready(number);
        }
        match &mut woken.waiter {
            Some(waiter) => waiter.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    fn push(&self, number: u64) {
        let mut woken = self.0.lock();
        woken.numbers.push_back(number);
        let waiter = woken.waiter.take();
        // Woken outside the lock: it is somebody else's code.
        drop(woken);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

/// What one future is polled with.
pub(super) struct Signal {
    number: u64,
    /// Whether the number is in the queue already.
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Signal {
    pub(super) fn new(number: u64, ready: Arc<Ready>) -> Arc<Self> {
        Arc::new(Self { number, queued: AtomicBool::new(false), ready })
    }

    /// The future is about to be polled: what wakes it from now on counts again.
    pub(super) fn reset(&self) {
        self.queued.store(false, Ordering::Release);
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.ready.push(self.number);
        }
    }
}
