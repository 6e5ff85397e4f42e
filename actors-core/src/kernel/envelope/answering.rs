//! The futures of handlers that answer by returning. Written by hand, they add one step to the handler's own future and
//! no state.
#![allow(unsafe_code, reason = "the handler's future is pinned inside")]

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::current::current;
use crate::kernel::reply::{ReplyTo, report_unheard};
use crate::message::{Message, ReplyKind};

/// Runs the handler of a message that was asked, and answers.
pub(crate) struct Answering<F, R> {
    // First, because it is dropped first.
    handler: F,
    /// Until it is used.
    reply: Option<ReplyTo<R>>,
}

/// Runs the handler of a message that was only told. An error it returns goes to the system.
pub(crate) struct Unheard<F, M> {
    handler: F,
    message: PhantomData<fn(M)>,
}

impl<F, R> Answering<F, R> {
    #[inline]
    pub(crate) fn new(handler: F, reply: ReplyTo<R>) -> Self {
        Self { handler, reply: Some(reply) }
    }
}

impl<F, M> Unheard<F, M> {
    #[inline]
    pub(crate) fn new(handler: F) -> Self {
        Self { handler, message: PhantomData }
    }
}

impl<F: Future<Output = R>, R> Future for Answering<F, R> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: the handler stays where it is, and nothing else in here relies on its place.
        let (handler, reply) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.handler), &mut this.reply)
        };
        let answer = ready!(handler.poll(cx));
        if let Some(reply) = reply.take() {
            reply.send(answer);
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
