//! Events whose type is not known where they are received.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::event::Event;

/// An event of some type, as pattern subscriptions receive it. Clones share the event.
#[derive(Clone)]
pub struct AnyEvent {
    topic: Arc<str>,
    key: Option<String>,
    event: Arc<dyn Any + Send + Sync>,
}

impl AnyEvent {
    pub(super) fn new(topic: Arc<str>, key: Option<String>, event: Arc<dyn Any + Send + Sync>) -> Self {
        Self { topic, key, event }
    }

    /// The topic it was published on.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// Its key, if it has one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The event, if it is an `E`: an [`Event`], or a [`DeadEvent`] on topics that begin with `dlq.`.
    pub fn downcast_ref<E: 'static>(&self) -> Option<&E> {
        self.event.downcast_ref()
    }
}

impl fmt::Debug for AnyEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyEvent({})", self.topic)
    }
}

/// An event that was not handled in spite of all retries, published on `dlq.<topic>.<group>` (`dlq.<topic>` without a
/// group).
#[derive(Clone, Debug)]
pub struct DeadEvent<E> {
    /// The event.
    pub event: E,
    /// The last error of its handler, or the text of its panic.
    pub cause: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The group that could not handle it.
    pub group: Option<String>,
}

/// What a feed carries: typed events, or any.
pub(super) trait Payload: Clone + Send + Sync + 'static {
    fn topic(&self) -> &str;

    fn order_key(&self) -> Option<String>;
}

impl<E: Event> Payload for E {
    fn topic(&self) -> &str {
        E::TOPIC
    }

    fn order_key(&self) -> Option<String> {
        self.key()
    }
}

impl Payload for AnyEvent {
    fn topic(&self) -> &str {
        &self.topic
    }

    fn order_key(&self) -> Option<String> {
        self.key.clone()
    }
}
