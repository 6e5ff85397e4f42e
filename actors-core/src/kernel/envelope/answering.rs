//! The futures of handlers that answer by returning. Written by hand, they add one step to the handler's own future and
//! no state.
#![allow(unsafe_code, reason = "the handler's future is pinned inside")]

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::current::current;
use crate::kernel::ask::Owed;
use crate::kernel::reply::{ReplyTo, report_unheard};
use crate::message::{Message, ReplyKind};

/// Runs the handler of a message that was asked, and answers.
pub(crate) struct Answering<F, L> {
    // First, because it is dropped first.
    handler: F,
    /// Until it is used.
    line: Option<L>,
}

/// Runs the handler of a message that was only told. An error it returns goes to the system.
pub(crate) struct Unheard<F, M> {
    handler: F,
    message: PhantomData<fn(M)>,
}

/// Where an answer goes.
pub(crate) trait Line<R> {
    fn send(self, answer: R);
}

impl<R> Line<R> for ReplyTo<R> {
    #[inline]
    fn send(self, answer: R) {
        Self::send(self, answer);
    }
}

impl<M: Message> Line<M::Reply> for Owed<M> {
    #[inline]
    fn send(self, answer: M::Reply) {
        self.pay(answer);
    }
}

impl<F, L> Answering<F, L> {
    #[inline]
    pub(crate) fn new(handler: F, line: L) -> Self {
        Self { handler, line: Some(line) }
    }
}

impl<F, M> Unheard<F, M> {
    #[inline]
    pub(crate) fn new(handler: F) -> Self {
        Self { handler, message: PhantomData }
    }
}

impl<F: Future, L: Line<F::Output>> Future for Answering<F, L> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: the handler stays where it is, and nothing else in here relies on its place.
        let (handler, line) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.handler), &mut this.line)
        };
        let answer = ready!(handler.poll(cx));
        if let Some(line) = line.take() {
            line.send(answer);
        }
        Poll::Ready(())
    }
}

impl<F: Future<Output = M::Reply>, M: Message> Future for Unheard<F, M> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: as above.
        let handler = unsafe { self.map_unchecked_mut(|this| &mut this.handler) };
        let answer = ready!(handler.poll(cx));
        if M::Kind::FALLIBLE
            && let Some(me) = current()
        {
            report_unheard::<M>(me.core(), &answer);
        }
        Poll::Ready(())
    }
}
