//! What a probe has received and its test has not yet taken.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::{Message, ReplyTo};

/// A message as it came.
pub(super) struct Received<M: Message> {
    pub(super) message: M,
    /// `None` if nobody waits for an answer.
    pub(super) reply: Option<ReplyTo<M::Reply>>,
}

pub(super) struct Queue<M: Message> {
    received: Mutex<VecDeque<Received<M>>>,
    arrived: Notify,
}

impl<M: Message> Default for Queue<M> {
    fn default() -> Self {
        Self { received: Mutex::default(), arrived: Notify::new() }
    }
}

impl<M: Message> Queue<M> {
    pub(super) fn push(&self, received: Received<M>) {
        self.lock().push_back(received);
        self.arrived.notify_one();
    }

    pub(super) fn pop(&self) -> Option<Received<M>> {
        self.lock().pop_front()
    }

    /// Nothing is lost if the future is dropped.
    pub(super) async fn next(&self) -> Received<M> {
        loop {
            if let Some(received) = self.pop() {
                return received;
            }
            self.arrived.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Received<M>>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
