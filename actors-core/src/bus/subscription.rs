//! The handle of a subscription, and the stream that one can be.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

use super::feed::{AnyFeed, Counters};

/// A subscription. Dropping this does not end it; [`cancel`](Self::cancel) does.
#[derive(Clone)]
#[must_use = "the subscription goes on without this handle; write `drop(..)` or `let _ =` if that is meant"]
pub struct Subscription {
    state: Result<(Arc<dyn AnyFeed>, u64), SubscribeError>,
}

/// A subscription that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The topic carries events of another type.
    WrongType {
        /// The topic.
        topic: &'static str,
        /// The type that was asked for.
        expected: &'static str,
        /// The type whose events it carries.
        has: &'static str,
    },
    /// The system has shut down.
    Closed,
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { topic, expected, has } => {
                write!(
                    f,
                    "the topic \"{topic}\" carries {has} events, not {expected}; give one of them another topic"
                )
            }
            Self::Closed => f.write_str("the event bus has closed"),
        }
    }
}

impl Error for SubscribeError {}

impl Subscription {
    pub(super) fn new(feed: Arc<dyn AnyFeed>, member: u64) -> Self {
        Self { state: Ok((feed, member)) }
    }

    pub(super) fn failed(error: SubscribeError) -> Self {
        tracing::error!(%error, "a subscription could not be made");
        Self { state: Err(error) }
    }

    /// Waits until events are received. In memory that is so at once: everything published after the subscription was
    /// made is received.
    ///
    /// # Errors
    ///
    /// [`SubscribeError`] if the subscription could not be made.
    pub async fn ready(&self) -> Result<(), SubscribeError> {
        self.state.as_ref().map(drop).map_err(Clone::clone)
    }

    /// Ends it after the events that are being handled. What is buffered goes to the other members of its group, or
    /// becomes dead letters.
    pub fn cancel(&self) {
        if let Ok((feed, member)) = &self.state {
            feed.leave(*member);
        }
    }

    /// Waits until it, or its whole group, has ended.
    pub async fn wait(&self) {
        if let Ok((feed, _)) = &self.state {
            // An error means that the feed is gone altogether.
            let _ = feed.ended().wait_for(|ended| *ended).await;
        }
    }

    /// How many events were handled, by its whole group.
    pub fn handled(&self) -> u64 {
        self.count(|counters| &counters.handled)
    }

    /// How many events the overflow policy dropped or rejected.
    pub fn dropped(&self) -> u64 {
        self.count(|counters| &counters.dropped)
    }

    /// How many events went to the dead letter topic.
    pub fn dead(&self) -> u64 {
        self.count(|counters| &counters.dead)
    }

    fn count(&self, counter: impl FnOnce(&Counters) -> &AtomicU64) -> u64 {
        self.state.as_ref().map_or(0, |(feed, _)| counter(feed.counters()).load(Ordering::Relaxed))
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            Ok((_, member)) => write!(f, "Subscription(member {member}, {} handled)", self.handled()),
            Err(error) => write!(f, "Subscription({error})"),
        }
    }
}

/// Events as they come. Dropping it ends the subscription.
#[derive(Debug)]
pub struct EventStream<T> {
    receiver: mpsc::Receiver<T>,
    subscription: Subscription,
}

impl<T> EventStream<T> {
    pub(super) fn new(receiver: mpsc::Receiver<T>, subscription: Subscription) -> Self {
        Self { receiver, subscription }
    }

    /// The next event; `None` once the bus has closed.
    ///
    /// # Cancel safety
    ///
    /// No event is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<T> {
        self.receiver.recv().await
    }

    /// The next event, for a thread.
    pub(super) fn blocking_next(&mut self) -> Option<T> {
        self.receiver.blocking_recv()
    }

    /// The subscription behind it.
    pub fn subscription(&self) -> &Subscription {
        &self.subscription
    }
}

impl<T> Stream for EventStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.receiver.poll_recv(cx)
    }
}

impl<T> Drop for EventStream<T> {
    fn drop(&mut self) {
        self.subscription.cancel();
    }
}
