//! What is to be written: one buffer that senders append to and the writer swaps for an empty one.
//!
//! So a burst of messages becomes one write, and a message on an idle connection is written at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::limits::Limits;

pub(crate) struct Outbound {
    state: Mutex<State>,
    /// Tells the writer that there is something.
    filled: Notify,
    /// Tells senders that there is room.
    emptied: Notify,
    bytes: usize,
    messages: usize,
}

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    messages: usize,
    /// Nothing more is taken; the writer ends when the buffer is empty.
    finishing: bool,
    closed: bool,
}

/// A frame that is being written; cut off again unless it becomes whole, also when a user's `Serialize` panics.
struct Unfinished<'a> {
    buffer: &'a mut Vec<u8>,
    before: usize,
    whole: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.whole {
            self.buffer.truncate(self.before);
        }
    }
}

/// Why a frame was not appended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotSent<E> {
    Busy,
    Closed,
    Failed(E),
}

impl Outbound {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
            bytes: limits.outbound_bytes,
            messages: limits.outbound_messages,
        }
    }

    /// Appends a message, within the limits. If `write` fails, what it appended is cut off again.
    pub(crate) fn append<E>(
        &self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), NotSent<E>> {
        let mut state = self.lock();
        if state.closed || state.finishing {
            return Err(NotSent::Closed);
        }
        if state.buffer.len() >= self.bytes || state.messages >= self.messages {
            return Err(NotSent::Busy);
        }
        let before = state.buffer.len();
        let mut frame = Unfinished { buffer: &mut state.buffer, before, whole: false };
        write(frame.buffer).map_err(NotSent::Failed)?;
        frame.whole = true;
        drop(frame);
        state.messages += 1;
        drop(state);
        if before == 0 {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Appends a control frame or an answer, whatever the limits: the peer's own limits bound how many there are.
    pub(crate) fn append_control(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let was_empty = state.buffer.is_empty();
        write(&mut state.buffer);
        drop(state);
        if was_empty {
            self.filled.notify_one();
        }
    }

    /// Completes when the writer has taken what was there, or the connection is closed.
    pub(crate) fn room(&self) -> Notified<'_> {
        self.emptied.notified()
    }

    /// Swaps what is to be written for the empty `buffer`; waits until there is something. False at the end.
    pub(crate) async fn take(&self, buffer: &mut Vec<u8>) -> bool {
        loop {
            {
                let mut state = self.lock();
                if !state.buffer.is_empty() && !state.closed {
                    std::mem::swap(&mut state.buffer, buffer);
                    state.messages = 0;
                    drop(state);
                    self.emptied.notify_waiters();
                    return true;
                }
                if state.closed || state.finishing {
                    return false;
                }
            }
            self.filled.notified().await;
        }
    }

    /// Takes nothing more; what is there is still written.
    pub(crate) fn finish(&self) {
        self.lock().finishing = true;
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }

    /// Ends at once.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }

    /// Bytes that wait to be written.
    pub(crate) fn queued(&self) -> usize {
        self.lock().buffer.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a user's `Serialize` leaves no trace: see `Unfinished`.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
