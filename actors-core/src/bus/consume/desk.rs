//! Where an actor's answers to the events of one subscription come back to: one place, and not one task for each.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::error::AskError;
use crate::kernel::reply::{ReplyDesk, ReplyTo};
use crate::sync::Lock;

/// Answers that have come and were not looked at.
#[derive(Default)]
pub(super) struct Desk(Lock<Answers>);

#[derive(Default)]
struct Answers {
    /// By the place of the event in its line.
    come: Vec<(u64, Result<(), AskError>)>,
    waiting: Option<Waker>,
}

impl Desk {
    /// The handle that answers the event in this place.
    pub(super) fn reply_to(self: &Arc<Self>, place: u64) -> ReplyTo<()> {
        ReplyTo::at_desk(Arc::new(Receipt { desk: self.clone(), place }))
    }

    /// Swaps what has come for an empty list.
    pub(super) fn take(&self, into: &mut Vec<(u64, Result<(), AskError>)>) {
        std::mem::swap(&mut self.0.lock().come, into);
    }

    /// Ready once there is something to take.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut answers = self.0.lock();
        if !answers.come.is_empty() {
            return Poll::Ready(());
        }
        match &mut answers.waiting {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

/// What the actor answers one event with.
struct Receipt {
    desk: Arc<Desk>,
    place: u64,
}

impl ReplyDesk<()> for Receipt {
    fn settle(&self, outcome: Result<(), AskError>) {
        let mut answers = self.desk.0.lock();
        answers.come.push((self.place, outcome));
        let waiting = answers.waiting.take();
        drop(answers);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }
}
