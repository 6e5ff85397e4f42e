//! The handle of a system's bus.

use std::any::{Any, TypeId};
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;

use super::any_event::AnyEvent;
use super::event::Event;
use super::feed::{AnyFeed, Feed};
use super::subscribe::{PatternSubscribe, Subscribe};
use super::subscription::SubscribeError;
use super::topics::Topics;
use crate::error::Returned;
use crate::id::ActorPath;
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::{Endpoint, EndpointKey, Parcel, Refusal, RefusalKind};
use crate::kernel::refs::Recipient;
use crate::kernel::request::Request;
use crate::message::Message;
use crate::observe::DeadLetterReason;
use crate::sync::Lock;
use crate::system::{ActorSystem, ShutdownPhase};

/// A system's event bus, in memory. Clones are handles to the same bus.
///
/// ```
/// # use actors_core::*;
/// #[derive(Clone)]
/// struct OrderPlaced { order_id: u64 }
/// # impl Message for OrderPlaced { type Reply = (); type Kind = Plain; }
/// impl Event for OrderPlaced {
///     const TOPIC: &'static str = "orders.placed";
/// }
/// # #[tokio::main] async fn main() {
/// let system = ActorSystem::new();
/// let bus = system.bus();
/// let mut placed = bus.subscribe::<OrderPlaced>().into_stream();
/// bus.publish(OrderPlaced { order_id: 7 }).await.unwrap();
/// assert_eq!(placed.next().await.unwrap().order_id, 7);
/// # }
/// ```
#[derive(Clone)]
pub struct Bus {
    system: ActorSystem,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    topics: Topics,
    /// Who answers requests of which type: a `Recipient` of the message for each.
    answerers: DashMap<TypeId, Box<dyn Any + Send + Sync>>,
    feeds: Lock<Vec<Arc<dyn AnyFeed>>>,
    closed: AtomicBool,
    hooked: AtomicBool,
}

impl ActorSystem {
    /// The system's event bus.
    pub fn bus(&self) -> Bus {
        let shared = self.extension(Shared::default);
        let bus = Bus { system: self.clone(), shared };
        if !bus.shared.hooked.swap(true, Ordering::AcqRel) {
            let shared = bus.shared.clone();
            self.on_shutdown(ShutdownPhase::Bus, move || async move { shared.close().await });
        }
        bus
    }
}

impl Bus {
    /// Publishes an event to everybody who subscribes to its topic, and waits while one of them has no room and lets
    /// publishers wait.
    ///
    /// # Errors
    ///
    /// [`PublishError`] gives the event back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, some subscribers may have the event and others not.
    pub async fn publish<E: Event>(&self, event: E) -> Result<(), PublishError<E>> {
        if self.shared.closed.load(Ordering::Acquire) {
            return Err(PublishError::Closed(Returned::new(event)));
        }
        let topic = match self.shared.topics.of::<E>() {
            Ok(topic) => topic,
            Err(error) => return Err(PublishError::WrongType(Returned::new(event), error)),
        };
        let feeds = topic.record(&event);
        let patterns = self.shared.topics.patterns_for(E::TOPIC);
        if !patterns.is_empty() {
            let any = AnyEvent::new(E::TOPIC.into(), event.key(), Arc::new(event.clone()));
            for feed in patterns {
                feed.take_in(any.clone()).await;
            }
        }
        if let Some((last, others)) = feeds.split_last() {
            for feed in others {
                feed.take_in(event.clone()).await;
            }
            last.take_in(event).await;
        }
        Ok(())
    }

    /// Begins a subscription to the events of one type.
    pub fn subscribe<E: Event>(&self) -> Subscribe<E> {
        Subscribe::new(self.clone())
    }

    /// Begins a subscription to all topics that match: `*` stands for one segment, `>` at the end for the rest.
    ///
    /// # Panics
    ///
    /// If the text is no pattern; [`Bus::try_pattern`] returns an error instead.
    #[track_caller]
    pub fn pattern(&self, pattern: &str) -> PatternSubscribe {
        self.try_pattern(pattern).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Begins a subscription to all topics that match.
    ///
    /// # Errors
    ///
    /// [`PatternError`](super::PatternError) if the text is no pattern.
    pub fn try_pattern(&self, pattern: &str) -> Result<PatternSubscribe, super::PatternError> {
        Ok(PatternSubscribe::new(self.clone(), super::pattern::Pattern::parse(pattern)?))
    }

    /// Keeps the last `events` of this topic for subscriptions that start at the earliest; 1,024 unless set.
    ///
    /// # Errors
    ///
    /// [`SubscribeError::WrongType`] if the topic carries events of another type.
    pub fn retain<E: Event>(&self, events: usize) -> Result<(), SubscribeError> {
        self.shared.topics.of::<E>().map(|topic| topic.retain(events))
    }

    /// Has `to` answer requests of this type from now on, instead of whoever did before.
    pub fn answer<M: Message>(&self, to: &impl Endpoint<M>) {
        self.shared.answerers.insert(TypeId::of::<M>(), Box::new(to.to_recipient()));
    }

    /// Asks whoever answers messages of this type. Fails at once if nobody does.
    pub fn request<M: Message>(&self, message: M) -> Request<'static, M> {
        let answerer = self.shared.answerers.get(&TypeId::of::<M>());
        let recipient = answerer.and_then(|answerer| answerer.downcast_ref::<Recipient<M>>().cloned());
        recipient.unwrap_or_else(|| Recipient::new(Nobody)).ask(message).owned()
    }

    pub(super) fn system(&self) -> &ActorSystem {
        &self.system
    }

    pub(super) fn topics(&self) -> &Topics {
        &self.shared.topics
    }

    pub(super) fn add_feed(&self, feed: Arc<dyn AnyFeed>) {
        self.shared.feeds.lock().push(feed);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// Publishes on a topic that no type has, to patterns only, without waiting for anybody.
    pub(super) fn announce(&self, event: AnyEvent) {
        let patterns = self.shared.topics.patterns_for(event.topic());
        if patterns.is_empty() {
            return;
        }
        self.system.runtime().spawn(async move {
            for feed in patterns {
                Feed::take_in(&feed, event.clone()).await;
            }
        });
    }

    pub(super) fn forget_ended(&self) {
        self.shared.topics.forget_ended();
        self.shared.feeds.lock().retain(|feed| !*feed.ended().borrow());
    }
}

impl Shared {
    /// Takes nothing more, lets every feed handle what it has, and waits for that.
    async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let feeds = self.feeds.lock().clone();
        for feed in &feeds {
            feed.close();
        }
        for feed in feeds {
            // An error means that the feed is gone altogether.
            let _ = feed.ended().wait_for(|ended| *ended).await;
        }
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bus(in memory)")
    }
}

/// An event that was not published. It is inside and can be published again.
#[non_exhaustive]
pub enum PublishError<E> {
    /// The system has shut down.
    Closed(Returned<E>),
    /// The topic carries events of another type.
    WrongType(Returned<E>, SubscribeError),
}

impl<E> PublishError<E> {
    /// Gives the event back.
    pub fn into_event(self) -> E {
        match self {
            Self::Closed(event) | Self::WrongType(event, _) => event.into_inner(),
        }
    }
}

impl<E> fmt::Display for PublishError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(_) => f.write_str("the event bus has closed"),
            Self::WrongType(_, error) => error.fmt(f),
        }
    }
}

// By hand, for events that have no `Debug`.
impl<E> fmt::Debug for PublishError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublishError({self})")
    }
}

impl<E> Error for PublishError<E> {}

/// Where requests go that nobody answers.
struct Nobody;

impl<M: Message> Endpoint<M> for Nobody {
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>> {
        Err(Refusal { kind: RefusalKind::Stopped, parcel })
    }

    fn wait_for_room(&self, parcel: Parcel<M>) -> BoxFuture<'static, Result<(), Refusal<M>>> {
        Box::pin(std::future::ready(self.offer(parcel)))
    }

    fn to_recipient(&self) -> Recipient<M> {
        Recipient::new(Self)
    }

    fn path(&self) -> ActorPath {
        ActorPath::from_text("/bus/nobody")
    }

    fn key(&self) -> EndpointKey {
        EndpointKey { home: 0, number: 0 }
    }

    fn is_alive(&self) -> bool {
        false
    }

    // The asker is told.
    fn bury(&self, _: M, _: DeadLetterReason) {}
}
