//! Events that nobody could handle.

use std::fmt;
use std::sync::Arc;

use super::event::AnyEvent;
use crate::error::ActorError;
use crate::message::{Message, Plain};

/// An event that failed all its tries, published on the dead letter topic of its group: `dlq.<topic>.<group>`, or
/// `dlq.<topic>` where the subscription has no group.
///
/// [`Bus::dead_events`](crate::Bus::dead_events) subscribes to all of them. Clones share the event.
#[derive(Clone)]
pub struct DeadEvent(Arc<Facts>);

struct Facts {
    event: AnyEvent,
    group: Option<Arc<str>>,
    cause: DeadCause,
    attempts: u32,
}

/// Why an event was given up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DeadCause {
    /// The subscriber's closure returned this error.
    Failed(ActorError),
    /// The subscriber's closure panicked with this message.
    Panicked(Arc<str>),
    /// The actor did not handle it: it failed over it, or dropped the reply handle.
    Unhandled(Arc<str>),
}

impl DeadEvent {
    pub(super) fn new(event: AnyEvent, group: Option<Arc<str>>, cause: DeadCause, attempts: u32) -> Self {
        Self(Arc::new(Facts { event, group, cause, attempts }))
    }

    /// The topic the event was published on.
    pub fn topic(&self) -> &str {
        self.0.event.topic()
    }

    /// The group that could not handle it; `None` for a subscription without one.
    pub fn group(&self) -> Option<&str> {
        self.0.group.as_deref()
    }

    /// What went wrong the last time.
    pub fn cause(&self) -> &DeadCause {
        &self.0.cause
    }

    /// How often it was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The event.
    pub fn event(&self) -> &AnyEvent {
        &self.0.event
    }

    /// A copy of the event, if it is an `E`.
    pub fn downcast<E: Clone + 'static>(&self) -> Option<E> {
        self.0.event.downcast()
    }

    /// The event, if it is an `E`.
    pub fn downcast_ref<E: 'static>(&self) -> Option<&E> {
        self.0.event.downcast_ref()
    }

    /// The name of the topic it is published on.
    pub(super) fn dead_letter_topic(&self) -> Arc<str> {
        match self.group() {
            Some(group) => format!("dlq.{}.{group}", self.topic()).into(),
            None => format!("dlq.{}", self.topic()).into(),
        }
    }
}

// Actors can subscribe to dead events.
impl Message for DeadEvent {
    type Reply = ();
    type Kind = Plain;
}

impl fmt::Debug for DeadEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeadEvent({:?} after {} tries: {})", self.event(), self.attempts(), self.cause())
    }
}

impl fmt::Display for DeadCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "failed: {error}"),
            Self::Panicked(message) => write!(f, "panicked: {message}"),
            Self::Unhandled(why) => write!(f, "not handled: {why}"),
        }
    }
}
