//! What is published: events of the users' types, and the same with the type forgotten.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::dead_event::DeadEvent;
use super::key::{KeyHash, KeyWriter};
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

    /// Writes the key, and tells whether there is one. Derived events do so without making a `String`.
    #[doc(hidden)]
    fn write_key(&self, text: &mut dyn fmt::Write) -> bool {
        self.key().is_some_and(|key| text.write_str(&key).is_ok())
    }
}

/// An event whose type is forgotten, as subscribers of a pattern get it. Clones share the event.
#[derive(Clone)]
pub struct AnyEvent(Arc<Published<dyn Any + Send + Sync>>);

/// An event on its way, shared by all who receive it.
pub(super) struct Published<T: ?Sized> {
    topic: TopicName,
    /// The text of the key, once somebody has asked for it.
    key: OnceLock<Option<Box<str>>>,
    kind: &'static Kind,
    body: T,
}

/// The name of the topic of an event. Most are known when the program is compiled.
pub(super) enum TopicName {
    Fixed(&'static str),
    Made(Arc<str>),
}

/// What can be done with events of one type once the type is forgotten.
struct Kind {
    name: fn() -> &'static str,
    write_key: fn(&AnyEvent, &mut dyn fmt::Write) -> bool,
    /// Hands a copy of the event, with its type, to the dead letters.
    bury: fn(&AnyEvent, &ActorSystem, &dyn Fn() -> ActorPath, DeadLetterReason),
}

impl<E: Event> Published<E> {
    pub(super) fn new(event: E) -> Arc<Self> {
        let kind = const { &Kind { name: short_type_name::<E>, write_key: write_key::<E>, bury: bury::<E> } };
        Arc::new(Self { topic: TopicName::Fixed(E::TOPIC), key: OnceLock::new(), kind, body: event })
    }

    /// The event itself: a copy if others have it too.
    pub(super) fn into_body(self: Arc<Self>) -> E {
        Arc::try_unwrap(self).map_or_else(|shared| shared.body.clone(), |published| published.body)
    }
}

impl Published<DeadEvent> {
    /// A dead event, in the order of the event's own key.
    pub(super) fn dead(topic: Arc<str>, dead: DeadEvent) -> Arc<Self> {
        fn write_key(event: &AnyEvent, text: &mut dyn fmt::Write) -> bool {
            event.downcast_ref::<DeadEvent>().is_some_and(|dead| dead.event().write_key(text))
        }
        let kind = const { &Kind { name: short_type_name::<DeadEvent>, write_key, bury: bury::<DeadEvent> } };
        Arc::new(Self { topic: TopicName::Made(topic), key: OnceLock::new(), kind, body: dead })
    }
}

fn write_key<E: Event>(event: &AnyEvent, text: &mut dyn fmt::Write) -> bool {
    event.downcast_ref::<E>().is_some_and(|event| event.write_key(text))
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
        match &self.0.topic {
            TopicName::Fixed(name) => name,
            TopicName::Made(name) => name,
        }
    }

    /// Its key, if it has one.
    pub fn key(&self) -> Option<&str> {
        let text = || {
            let mut text = String::new();
            self.write_key(&mut text).then(|| text.into_boxed_str())
        };
        self.0.key.get_or_init(text).as_deref()
    }

    /// The event's type, without its module path.
    pub fn event_type(&self) -> &'static str {
        (self.0.kind.name)()
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

    fn write_key(&self, text: &mut dyn fmt::Write) -> bool {
        (self.0.kind.write_key)(self, text)
    }

    /// What the bus compares keys by.
    pub(super) fn key_hash(&self) -> Option<KeyHash> {
        let mut writer = KeyWriter::default();
        self.write_key(&mut writer).then(|| writer.finish())
    }

    pub(super) fn bury(&self, system: &ActorSystem, to: &dyn Fn() -> ActorPath, reason: DeadLetterReason) {
        (self.0.kind.bury)(self, system, to, reason);
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
