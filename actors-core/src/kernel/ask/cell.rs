//! The one allocation of an ask: the message on its way there, the answer on its way back.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use super::deadlines::Expire;
use crate::error::AskError;
use crate::kernel::reply::{ReplyTo, why_unanswered};
use crate::mailbox::{Answerer, AnyAnswerer, Asking, Exchange, Question, Terms};
use crate::message::Message;

type Outcome<R> = Result<R, AskError>;

/// A question, shared by its asker, the mailbox it lies in, the reply handle, and the queue of deadlines.
pub(crate) type AskCell<M> = Exchange<M, Outcome<<M as Message>::Reply>, Limit>;

/// The asker's side of a question.
pub(crate) type Asker<M> = Asking<M, Outcome<<M as Message>::Reply>, Limit>;

/// The side that answers. It does not know the message's type.
pub(crate) type ReplyLine<R> = AnyAnswerer<Outcome<R>, Limit>;

/// How long the asker waits.
pub(crate) struct Limit {
    until: Option<Instant>,
    /// Whether somebody expires it then. Otherwise whoever wants to know has to look at the clock.
    is_watched: bool,
    /// Counts answers that come later; left by whoever expires it.
    late: OnceLock<Arc<AtomicU64>>,
}

impl Limit {
    /// Watched over by the asker, or on its behalf.
    #[inline]
    pub(crate) fn watched(until: Instant) -> Self {
        Self { until: Some(until), is_watched: true, late: OnceLock::new() }
    }

    /// Set by somebody who has no other way to say that the time is over.
    pub(crate) fn unwatched(until: Option<Instant>) -> Self {
        Self { until, is_watched: false, late: OnceLock::new() }
    }

    pub(crate) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Whether the time is over.
    #[inline]
    pub(crate) fn is_over(&self, has_expired: bool) -> bool {
        if self.is_watched { has_expired } else { self.until.is_some_and(|until| until <= Instant::now()) }
    }
}

impl<R> Terms<Outcome<R>> for Limit {
    /// A question that is given back, or left, when nobody waits for it any more is no answer.
    fn came_late(&self, answer: &Outcome<R>) {
        if let (Ok(_), Some(late)) = (answer, self.late.get()) {
            late.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<Q: Send, R: Send> Expire for Exchange<Q, R, Limit> {
    fn expire(&self, late: &Arc<AtomicU64>) {
        self.terms.late.get_or_init(|| late.clone());
        Exchange::expire(self);
    }

    fn is_pending(&self) -> bool {
        self.is_open()
    }
}

/// A question on its way to the one it is asked of.
pub struct Posted<M: Message>(Question<M, Outcome<M::Reply>, Limit>);

impl<M: Message> Posted<M> {
    #[inline]
    pub(crate) fn new(question: Question<M, Outcome<M::Reply>, Limit>) -> Self {
        Self(question)
    }

    /// Whether its time is over.
    #[inline]
    pub(crate) fn is_late(&self) -> bool {
        let cell = self.0.exchange();
        cell.terms.is_over(cell.has_expired())
    }

    /// Takes the message out, with the answer that is owed for it.
    #[inline]
    pub(crate) fn open(self) -> (M, Owed<M>) {
        let (message, answerer) = self.0.open();
        (message, Owed(Some(answerer)))
    }
}

impl<M: Message> fmt::Debug for Posted<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Posted")
    }
}

/// The answer to a message that was asked. Dropped unanswered, it fails the ask at once.
///
/// It is a [`ReplyTo`] that has not been made yet: a handler that answers by returning needs none.
pub struct Owed<M: Message>(Option<Answerer<M, Outcome<M::Reply>, Limit>>);

impl<M: Message> Owed<M> {
    /// The handle for handlers that may answer later.
    #[inline]
    pub(crate) fn into_reply(mut self) -> ReplyTo<M::Reply> {
        ReplyTo::asked(self.0.take().map(Answerer::into_any))
    }

    #[inline]
    pub(crate) fn pay(mut self, reply: M::Reply) {
        if let Some(answerer) = self.0.take() {
            // An answer nobody waits for goes nowhere.
            drop(answerer.answer(Ok(reply)));
        }
    }
}

impl<M: Message> Drop for Owed<M> {
    #[inline]
    fn drop(&mut self) {
        if let Some(answerer) = self.0.take() {
            leave_unanswered(answerer);
        }
    }
}

#[cold]
#[inline(never)]
fn leave_unanswered<M: Message>(answerer: Answerer<M, Outcome<M::Reply>, Limit>) {
    drop(answerer.answer(Err(why_unanswered())));
}

impl<M: Message> fmt::Debug for Owed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owed")
    }
}
