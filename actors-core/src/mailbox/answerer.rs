//! The right to answer a question.
#![allow(unsafe_code, reason = "whoever has the right uses it once")]

use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Exchange, Terms};

/// The right to answer, once.
pub(crate) struct Answerer<Q, R, X>(Arc<Exchange<Q, R, X>>);

/// The right to answer, whatever the question was.
pub(crate) struct AnyAnswerer<R, X>(Arc<dyn AnyExchange<R, X>>);

impl<Q, R, X> Answerer<Q, R, X> {
    /// # Safety
    ///
    /// There is no other for this exchange.
    #[inline]
    pub(super) unsafe fn new(exchange: Arc<Exchange<Q, R, X>>) -> Self {
        Self(exchange)
    }
}

impl<Q, R, X: Terms<R>> Answerer<Q, R, X> {
    /// Answers; the answer comes back if something was decided already.
    #[inline]
    pub(crate) fn answer(self, answer: R) -> Result<(), R> {
        // SAFETY: `self` is used up.
        unsafe { self.0.settle(answer) }
    }
}

impl<Q, R, X> Answerer<Q, R, X>
where
    Q: Send + 'static,
    R: Send + 'static,
    X: Terms<R> + Send + Sync + 'static,
{
    /// Forgets what was asked.
    #[inline]
    pub(crate) fn into_any(self) -> AnyAnswerer<R, X> {
        AnyAnswerer(self.0)
    }
}

impl<R, X> AnyAnswerer<R, X> {
    /// As [`Answerer::answer`].
    #[inline]
    pub(crate) fn answer(self, answer: R) -> Result<(), R> {
        // SAFETY: `self` is used up.
        unsafe { self.0.settle(answer) }
    }

    /// Completes when no answer would be taken any more.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_closed(cx)
    }

    /// Whether an answer would still be taken.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_open()
    }

    pub(crate) fn has_expired(&self) -> bool {
        self.0.has_expired()
    }

    pub(crate) fn terms(&self) -> &X {
        self.0.terms()
    }
}

/// An exchange whose question's type is forgotten.
trait AnyExchange<R, X>: Send + Sync {
    /// # Safety
    ///
    /// By the one who has the right to answer, once.
    unsafe fn settle(&self, answer: R) -> Result<(), R>;

    fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()>;

    fn is_open(&self) -> bool;

    fn has_expired(&self) -> bool;

    fn terms(&self) -> &X;
}

impl<Q: Send, R: Send, X: Terms<R> + Send + Sync> AnyExchange<R, X> for Exchange<Q, R, X> {
    unsafe fn settle(&self, answer: R) -> Result<(), R> {
        // SAFETY: as the caller promises.
        unsafe { Exchange::settle(self, answer) }
    }

    fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        Exchange::poll_closed(self, cx)
    }

    fn is_open(&self) -> bool {
        Exchange::is_open(self)
    }

    fn has_expired(&self) -> bool {
        Exchange::has_expired(self)
    }

    fn terms(&self) -> &X {
        &self.terms
    }
}
