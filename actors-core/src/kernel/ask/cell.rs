//! The one allocation of an ask: the message on its way there, the answer on its way back.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use super::waits::Wait;
use crate::error::AskError;
use crate::kernel::reply::{ReplyTo, why_unanswered};
use crate::mailbox::{Answerer, AnyAnswerer, Asking, Course, OnceBox, Question, Terms, Wakers};
use crate::message::Message;

type Outcome<R> = Result<R, AskError>;

/// The asker's side of a question, with the edge from the actor that asks, if one does, to the one it asked.
pub(crate) type Asker<M> = Asking<M, Outcome<<M as Message>::Reply>, Limit, Wait>;

/// The side that answers. It does not know the message's type.
pub(crate) type ReplyLine<R> = AnyAnswerer<Outcome<R>, Limit>;

/// How long the asker waits.
pub(crate) struct Limit {
    until: Option<Instant>,
    /// Whether somebody expires it then. Otherwise whoever wants to know has to look at the clock.
    is_watched: bool,
    /// Counts answers that come later; left by whoever expires it.
    late: OnceBox<Arc<AtomicU64>>,
}

impl Limit {
    /// Watched over by the asker, or on its behalf.
    #[inline]
    pub(crate) fn watched(until: Instant) -> Self {
        Self { until: Some(until), is_watched: true, late: OnceBox::new() }
    }

    /// Set by somebody who has no other way to say that the time is over.
    pub(crate) fn unwatched(until: Option<Instant>) -> Self {
        Self { until, is_watched: false, late: OnceBox::new() }
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

impl Course<Limit> {
    /// The time is over, unless something was decided already. An answer that comes after that is counted as late.
    pub(super) fn run_out(&self, late: &Arc<AtomicU64>) -> Wakers {
        self.terms().late.get_or_init(|| late.clone());
        self.expire()
    }
}

/// A question on its way to the one it is asked of.
pub struct Posted<M: Message>(Question<M, Outcome<M::Reply>, Limit, Wait>);

impl<M: Message> Posted<M> {
    #[inline]
    pub(crate) fn new(question: Question<M, Outcome<M::Reply>, Limit, Wait>) -> Self {
        Self(question)
    }

    /// Whether its time is over.
    #[inline]
    pub(crate) fn is_late(&self) -> bool {
        let course = self.0.course();
        course.terms().is_over(course.has_expired())
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
pub struct Owed<M: Message>(Option<Answerer<M, Outcome<M::Reply>, Limit, Wait>>);

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
fn leave_unanswered<M: Message>(answerer: Answerer<M, Outcome<M::Reply>, Limit, Wait>) {
    drop(answerer.answer(Err(why_unanswered())));
}

impl<M: Message> fmt::Debug for Owed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owed")
    }
}
