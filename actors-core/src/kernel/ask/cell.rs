//! The one allocation of an ask: the message on its way there, the answer on its way back.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::deadlines::Expire;
use crate::error::AskError;
use crate::kernel::reply::ReplyTo;
use crate::mailbox::{Asking, Exchange};
use crate::message::Message;

/// A question, shared by its asker, the mailbox it lies in, the reply handle, and the queue of deadlines.
pub(crate) type AskCell<M> = Exchange<M, Result<<M as Message>::Reply, AskError>, Limit>;

/// The asker's side of a question.
pub(crate) type Asker<M> = Asking<M, Result<<M as Message>::Reply, AskError>, Limit>;

/// How long the asker waits.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// Counted from the moment of asking, by the asker.
    Timeout(Duration),
    /// Set by somebody who has no other way to say that the time is over.
    Deadline(Instant),
    None,
}

/// The side of the cell that answers. It does not know the message's type.
pub(crate) trait ReplyLine<R>: Send + Sync {
    fn settle(&self, outcome: Result<R, AskError>);

    fn is_wanted(&self) -> bool;

    fn has_expired(&self) -> bool;

    fn deadline(&self) -> Option<Instant>;

    fn poll_abandoned(&self, cx: &mut Context<'_>) -> Poll<()>;
}

/// A question on its way to the one it is asked of. Dropped unopened, it takes its message with it: others hold the cell
/// for longer.
pub(crate) struct Posted<M: Message>(Option<Arc<AskCell<M>>>);

impl<M: Message> Posted<M> {
    #[inline]
    pub(crate) fn new(cell: Arc<AskCell<M>>) -> Self {
        Self(Some(cell))
    }

    /// Whether its time is over.
    #[inline]
    pub(crate) fn is_late(&self) -> bool {
        self.0.as_ref().is_some_and(|cell| is_late(cell))
    }

    /// Takes the message out, with the handle that answers it.
    #[inline]
    pub(crate) fn open(mut self) -> (M, ReplyTo<M::Reply>) {
        let cell = self.0.take().expect("a question is there until it is opened");
        let message = cell.take_question().expect("a question is opened once");
        (message, ReplyTo::asked(cell))
    }
}

impl<M: Message> Drop for Posted<M> {
    #[inline]
    fn drop(&mut self) {
        if let Some(cell) = &self.0 {
            drop(cell.take_question());
        }
    }
}

/// Whether its time was over before it was opened.
#[inline]
fn is_late<Q, R>(cell: &Exchange<Q, R, Limit>) -> bool {
    match cell.terms {
        Limit::Deadline(deadline) => deadline <= Instant::now(),
        Limit::Timeout(_) | Limit::None => cell.has_expired(),
    }
}

impl<Q: Send, R: Send> ReplyLine<R> for Exchange<Q, Result<R, AskError>, Limit> {
    #[inline]
    fn settle(&self, outcome: Result<R, AskError>) {
        // An answer nobody waits for goes nowhere.
        drop(self.answer(outcome));
    }

    fn is_wanted(&self) -> bool {
        self.is_open()
    }

    fn has_expired(&self) -> bool {
        is_late(self)
    }

    fn deadline(&self) -> Option<Instant> {
        match self.terms {
            Limit::Deadline(deadline) => Some(deadline),
            Limit::Timeout(timeout) => Instant::now().checked_add(timeout),
            Limit::None => None,
        }
    }

    fn poll_abandoned(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_closed(cx)
    }
}

impl<Q: Send, R: Send> Expire for Exchange<Q, R, Limit> {
    fn expire(&self) {
        Exchange::expire(self);
    }

    fn is_pending(&self) -> bool {
        self.is_open()
    }
}
