//! Events for whoever awaits them.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::bus::member::{Handling, Member};
use crate::bus::subscribe::{Open, Subscribe};
use crate::bus::taken::Next;
use crate::kernel::custody::BoxFuture;

impl<T: 'static> Subscribe<T> {
    /// Gives the events as a stream. The subscription ends when the stream is dropped; an event taken from it counts as
    /// handled.
    pub fn into_stream(self) -> EventStream<T> {
        EventStream { member: self.begin(false, false), open: self.open, waiting: None }
    }
}

/// The events of a subscription, as a [`Stream`]; it ends when the system has shut down.
///
/// Dropping it ends the subscription.
pub struct EventStream<T> {
    member: Arc<Member>,
    open: Open<T>,
    /// The wait for the next event, while there is none.
    waiting: Option<BoxFuture<'static, Option<Handling>>>,
}

impl<T> EventStream<T> {
    /// The next event; `None` once the system has shut down and all are read.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<T> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next event if there is one now.
    pub fn try_next(&mut self) -> Option<T> {
        loop {
            let Next::Event(entry) = self.member.group.take() else { return None };
            if let Some(event) = self.accept(self.member.handling(entry)) {
                return Some(event);
            }
        }
    }

    /// How many events it, or its group, has missed because there was no room.
    pub fn dropped(&self) -> u64 {
        self.member.group.dropped()
    }

    fn accept(&self, handling: Handling) -> Option<T> {
        let event = (self.open)(handling.event());
        handling.done();
        event
    }
}

impl<T> Stream for EventStream<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        loop {
            if this.waiting.is_none()
                && let Some(event) = this.try_next()
            {
                return Poll::Ready(Some(event));
            }
            let waiting = this.waiting.get_or_insert_with(|| {
                let member = this.member.clone();
                Box::pin(async move { member.next().await })
            });
            let handling = ready!(waiting.as_mut().poll(cx));
            this.waiting = None;
            let Some(handling) = handling else { return Poll::Ready(None) };
            if let Some(event) = this.accept(handling) {
                return Poll::Ready(Some(event));
            }
        }
    }
}

impl<T> Drop for EventStream<T> {
    fn drop(&mut self) {
        // What the wait was told goes on to others before the subscription ends.
        self.waiting = None;
        self.member.end();
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventStream({})", Member::path(&self.member.group))
    }
}
