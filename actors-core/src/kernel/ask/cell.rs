//! The one allocation of an ask: the message on its way there, the answer on its way back.
//!
//! ```text
//! Asked ──settle──> Answered ──take──> Done          (reply, dropped handle, death, rejection)
//!   ├──expire──> Expired ──take──> Done              (its time is over; the message is dropped at its turn)
//!   └──abandon──> Abandoned                          (the asker gave up; an answer goes nowhere)
//! ```

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::deadlines::Expire;
use crate::error::AskError;
use crate::kernel::reply::ReplyTo;
use crate::message::Message;
use crate::sync::Lock;

/// A question, shared by its asker, the mailbox it lies in, the reply handle, and the queue of deadlines.
pub(crate) struct AskCell<M: Message> {
    message: Lock<Option<M>>,
    limit: Limit,
    exchange: Lock<Exchange<M::Reply>>,
}

/// How long the asker waits.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// Counted from the moment of asking, by the asker.
    Timeout(Duration),
    /// Set by somebody who has no other way to say that the time is over.
    Deadline(Instant),
    None,
}

struct Exchange<R> {
    state: State<R>,
    asker: Option<Waker>,
    /// Whoever holds the reply handle and waits for the asker to give up.
    callee: Option<Waker>,
}

enum State<R> {
    Asked,
    Answered(Result<R, AskError>),
    Expired,
    Abandoned,
    Done,
}

/// The side of the cell that answers. It does not know the message's type.
pub(crate) trait ReplyLine<R>: Send + Sync {
    fn settle(&self, outcome: Result<R, AskError>);

    fn is_wanted(&self) -> bool;

    fn has_expired(&self) -> bool;

    fn deadline(&self) -> Option<Instant>;

    fn poll_abandoned(&self, cx: &mut Context<'_>) -> Poll<()>;
}

impl<M: Message> AskCell<M> {
    /// A question; without a message if that travels beside it.
    pub(crate) fn new(message: Option<M>, limit: Limit) -> Arc<Self> {
        let exchange = Exchange { state: State::Asked, asker: None, callee: None };
        Arc::new(Self { message: Lock::new(message), limit, exchange: Lock::new(exchange) })
    }

    /// Takes the message out, with the handle that answers it.
    #[inline]
    pub(crate) fn open(cell: Arc<Self>) -> (M, ReplyTo<M::Reply>) {
        let message = cell.message.lock().take().expect("a question is opened once");
        (message, ReplyTo::asked(cell))
    }

    /// The answer, if it has come; registers the asker otherwise.
    pub(crate) fn poll_answer(&self, cx: &mut Context<'_>) -> Poll<Result<M::Reply, Unanswered>> {
        let mut exchange = self.exchange.lock();
        match std::mem::replace(&mut exchange.state, State::Done) {
            State::Answered(outcome) => Poll::Ready(outcome.map_err(Unanswered::Failed)),
            State::Expired => {
                // Stays, so that the message is recognised when its turn comes.
                exchange.state = State::Expired;
                Poll::Ready(Err(Unanswered::Expired))
            }
            waiting => {
                exchange.state = waiting;
                match &mut exchange.asker {
                    Some(waker) => waker.clone_from(cx.waker()),
                    none => *none = Some(cx.waker().clone()),
                }
                Poll::Pending
            }
        }
    }

    /// The asker gives up.
    pub(crate) fn abandon(&self) {
        let mut exchange = self.exchange.lock();
        if matches!(exchange.state, State::Asked) {
            exchange.state = State::Abandoned;
        }
        // Dropped outside the lock: they are somebody else's code.
        let (asker, callee) = (exchange.asker.take(), exchange.callee.take());
        drop(exchange);
        drop(asker);
        if let Some(callee) = callee {
            callee.wake();
        }
    }
}

/// Why there is no answer.
pub(crate) enum Unanswered {
    Failed(AskError),
    Expired,
}

impl<M: Message> ReplyLine<M::Reply> for AskCell<M> {
    fn settle(&self, outcome: Result<M::Reply, AskError>) {
        let mut exchange = self.exchange.lock();
        if !matches!(exchange.state, State::Asked) {
            drop(exchange);
            return drop(outcome);
        }
        exchange.state = State::Answered(outcome);
        let asker = exchange.asker.take();
        drop(exchange);
        if let Some(asker) = asker {
            asker.wake();
        }
    }

    fn is_wanted(&self) -> bool {
        matches!(self.exchange.lock().state, State::Asked)
    }

    fn has_expired(&self) -> bool {
        match self.limit {
            Limit::Deadline(deadline) => deadline <= Instant::now(),
            Limit::Timeout(_) | Limit::None => matches!(self.exchange.lock().state, State::Expired),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match self.limit {
            Limit::Deadline(deadline) => Some(deadline),
            Limit::Timeout(timeout) => Instant::now().checked_add(timeout),
            Limit::None => None,
        }
    }

    fn poll_abandoned(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut exchange = self.exchange.lock();
        if !matches!(exchange.state, State::Asked) {
            return Poll::Ready(());
        }
        exchange.callee = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl<M: Message> Expire for AskCell<M> {
    fn expire(&self) {
        let mut exchange = self.exchange.lock();
        if !matches!(exchange.state, State::Asked) {
            return;
        }
        exchange.state = State::Expired;
        let (asker, callee) = (exchange.asker.take(), exchange.callee.take());
        drop(exchange);
        for waker in [asker, callee].into_iter().flatten() {
            waker.wake();
        }
    }
}
