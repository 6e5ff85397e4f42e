//! What is published: events of the users' types, and the same with the type forgotten.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::id::{ActorPath, short_type_name};
use crate::message::{Message, Plain};
use crate::observe::DeadLetterReason;
use crate::system::ActorSystem;

/// Something that happened, published to whoever subscribes to its topic.
///
/// Usually derived:
///
/// ```ignore
/// #[derive(Event, Clone)]
/// #[event(topic = "orders.placed", key = order_id)]
/// struct OrderPlaced { order_id: u64, total: Money }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Clone)]` with `#[event(topic = \"…\")]`"
)]
pub trait Event: Message<Reply = ()> + Clone + Sync {
    /// The topic: words with dots between, as in `orders.placed`. A topic carries events of one type.
    const TOPIC: &'static str;

    /// Events with equal keys are handled one after another, in the order they were published.
    fn key(&self) -> Option<String> {
        None
    }
}

/// An event whose type is forgotten, as subscribers of a pattern get it. Clones share the event.
#[derive(Clone)]
pub struct AnyEvent(Arc<Published<dyn Any + Send + Sync>>);

/// An event on its way, shared by all who receive it.
pub(super) struct Published<T: ?Sized> {
    topic: Arc<str>,
    key: Option<Arc<str>>,
    event_type: &'static str,
    bury: Bury,
    body: T,
}

/// Hands a copy of the event, with its type, to the dead letters.
type Bury = fn(&AnyEvent, &ActorSystem, &dyn Fn() -> ActorPath, DeadLetterReason);

impl<T: Send + Sync + Clone + 'static> Published<T> {
    pub(super) fn new(topic: Arc<str>, key: Option<String>, body: T) -> Arc<Self> {
        let event_type = short_type_name::<T>();
        Arc::new(Self { topic, key: key.map(Into::into), event_type, bury: bury::<T>, body })
    }

    /// The event itself: a copy if others have it too.
    pub(super) fn into_body(self: Arc<Self>) -> T {
        Arc::try_unwrap(self).map_or_else(|shared| shared.body.clone(), |published| published.body)
    }
}

fn bury<T: Send + Sync + Clone + 'static>(
    event: &AnyEvent,
    system: &ActorSystem,
    to: &dyn Fn() -> ActorPath,
    reason: DeadLetterReason,
) {
    match event.downcast_ref::<T>() {
        Some(body) if system.dead_letters().has_listeners() => {
            system.bury(to, event.event_type(), reason, body.clone());
        }
        // Nobody looks inside: it is counted and logged.
        _ => system.bury(to, event.event_type(), reason, ()),
    }
}

impl AnyEvent {
    pub(super) fn new<T: Send + Sync + 'static>(published: Arc<Published<T>>) -> Self {
        Self(published)
    }

    /// The topic it was published on.
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// Its key, if it has one.
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// The event's type, without its module path.
    pub fn event_type(&self) -> &'static str {
        self.0.event_type
    }

    /// Whether it is an `E`.
    pub fn is<E: 'static>(&self) -> bool {
        self.downcast_ref::<E>().is_some()
    }

    /// The event, if it is an `E`.
    pub fn downcast_ref<E: 'static>(&self) -> Option<&E> {
        self.0.body.downcast_ref()
    }

    /// A copy of the event, if it is an `E`.
    pub fn downcast<E: Clone + 'static>(&self) -> Option<E> {
        self.downcast_ref().cloned()
    }

    pub(super) fn shared_key(&self) -> Option<Arc<str>> {
        self.0.key.clone()
    }

    pub(super) fn bury(&self, system: &ActorSystem, to: &dyn Fn() -> ActorPath, reason: DeadLetterReason) {
        (self.0.bury)(self, system, to, reason);
    }
}

// Actors can subscribe to patterns.
impl Message for AnyEvent {
    type Reply = ();
    type Kind = Plain;
}

impl fmt::Debug for AnyEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyEvent({} on {}", self.event_type(), self.topic())?;
        match self.key() {
            Some(key) => write!(f, ", key {key})"),
            None => f.write_str(")"),
        }
    }
}
