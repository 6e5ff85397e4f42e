//! The bus in users' hands.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::dead_event::DeadEvent;
use super::error::PublishError;
use super::event::{AnyEvent, Event, Published};
use super::group::Group;
use super::member::Member;
use super::offer::Offer;
use super::pattern::Pattern;
use super::shutdown;
use super::source::Source;
use super::state::BusState;
use super::subscribe::Subscribe;
use super::topic::{EventTopic, EventType};
use crate::error::Returned;
use crate::observe::DeadLetterReason;
use crate::system::ActorSystem;

/// The event bus of a system: events are published on topics, and go to whoever subscribed to their topic.
///
/// In memory, at most once: an event goes to those who have subscribed when it is published. Each topic also retains
/// its last 1,024 events (or [as many as it is told](TopicSettings::retain)) for subscriptions that start with those.
///
/// ```
/// # use actors_core::*;
/// #[derive(Clone)]
/// struct OrderPlaced { order: u64 }
/// # impl Message for OrderPlaced { type Reply = (); type Kind = Plain; }
/// # impl Event for OrderPlaced { const TOPIC: &'static str = "orders.placed"; }
///
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// let system = ActorSystem::new();
/// let bus = system.bus();
/// let mut placed = bus.subscribe::<OrderPlaced>().into_stream();
/// let audit = bus.pattern("orders.>").for_each(|event| async move { println!("{event:?}") });
/// bus.publish(OrderPlaced { order: 7 }).await?;
/// assert_eq!(placed.next().await.map(|event| event.order), Some(7));
/// # audit.cancel();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Bus {
    pub(super) system: ActorSystem,
    pub(super) state: Arc<BusState>,
}

impl ActorSystem {
    /// The system's event bus.
    pub fn bus(&self) -> Bus {
        let mut is_new = false;
        let state = self.extension(|| {
            is_new = true;
            // Nobody drains a bus that comes after the shutdown has begun.
            BusState::new(self.is_shutting_down())
        });
        if is_new {
            shutdown::drain_at_shutdown(self, &state);
        }
        Bus { system: self.clone(), state }
    }
}

impl Bus {
    /// Publishes an event to all who subscribed before. Waits while a subscription whose policy is
    /// [`OnFull::Wait`](crate::OnFull::Wait) has no room, after all others have the event.
    ///
    /// # Errors
    ///
    /// [`PublishError`] gives the event back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits, subscriptions that have no room do not get the event; others have it.
    pub async fn publish<E: Event>(&self, event: E) -> Result<(), PublishError<E>> {
        let (topic, published) = self.prepare(event)?;
        let event = AnyEvent::new(published.clone());
        let groups = topic.record(&event);
        let mut waiting = Vec::new();
        let mut rejections = 0;
        for group in &*groups {
            match self.offer(group, &event) {
                Offered::Busy => waiting.push(group),
                Offered::Rejected => rejections += 1,
                Offered::Settled => {}
            }
        }
        for group in waiting {
            if matches!(group.enter(event.clone()).await, Offer::Gone) && self.state.is_closed() {
                return Err(PublishError::Closed(give_back(event, published)));
            }
        }
        verdict(rejections, event, published)
    }

    /// Publishes an event without ever waiting.
    ///
    /// # Errors
    ///
    /// [`PublishError`] gives the event back. If a subscription whose policy is to wait has no room, nobody gets it.
    pub fn try_publish<E: Event>(&self, event: E) -> Result<(), PublishError<E>> {
        let (topic, published) = self.prepare(event)?;
        let event = AnyEvent::new(published.clone());
        let Some(groups) = topic.record_if_room(&event) else {
            return Err(PublishError::Full(give_back(event, published)));
        };
        let mut rejections = 0;
        for group in &*groups {
            if group.would_wait() {
                // Its room is taken already. A group that ended meanwhile wants nothing any more.
                let _ = group.push_reserved(event.clone());
            } else if matches!(self.offer(group, &event), Offered::Rejected) {
                rejections += 1;
            }
        }
        verdict(rejections, event, published)
    }

    /// Subscribes to events of one type: choose options, then who gets them.
    ///
    /// # Panics
    ///
    /// If the event's topic carries events of another type, that is if two types of the program have the same
    /// [`Event::TOPIC`] and the other one was published or subscribed to first. The panic names both. [`publish`](Self::publish)
    /// has an error for that, because it may be the first to meet the other type at any time; a subscription begins where the
    /// program says so. Whoever does not know the type of a topic's events subscribes to them by [`pattern`](Self::pattern),
    /// which takes any.
    #[track_caller]
    pub fn subscribe<E: Event>(&self) -> Subscribe<E> {
        let topic = self.topic_of::<E>();
        Subscribe::new(self.clone(), Source::Topic(topic.name().clone()), AnyEvent::downcast::<E>)
    }

    /// Subscribes to all topics, those to come too, that a pattern covers.
    ///
    /// A topic is words with dots between; in a pattern `*` stands for any one word, and `>` at the end for one or more.
    /// Topics that begin with `$` are the system's own, and not covered by a pattern that begins with a wildcard.
    ///
    /// # Panics
    ///
    /// If the pattern is malformed; the panic says in which way.
    #[track_caller]
    pub fn pattern(&self, pattern: &str) -> Subscribe<AnyEvent> {
        let parsed = Pattern::parse(pattern)
            .unwrap_or_else(|error| panic!("`{pattern}` is not a pattern over topics: {error}"));
        Subscribe::new(self.clone(), Source::Pattern(parsed), |event| Some(event.clone()))
    }

    /// Subscribes to the events that nobody could handle, of all topics and groups.
    pub fn dead_events(&self) -> Subscribe<DeadEvent> {
        let all = Pattern::parse("dlq.>").expect("the pattern is well-formed");
        Subscribe::new(self.clone(), Source::Pattern(all), AnyEvent::downcast::<DeadEvent>)
    }

    /// How many events nobody could handle so far.
    pub fn dead_event_count(&self) -> u64 {
        self.state.dead_events.load(Ordering::Relaxed)
    }

    /// The settings of an event's topic.
    ///
    /// # Panics
    ///
    /// If the topic carries events of another type, as [`subscribe`](Self::subscribe) does.
    #[track_caller]
    pub fn topic<E: Event>(&self) -> TopicSettings {
        TopicSettings { topic: self.topic_of::<E>() }
    }

    #[track_caller]
    pub(super) fn topic_of<E: Event>(&self) -> Arc<EventTopic> {
        let any = "`bus.pattern(..)` subscribes to events of any type";
        self.state.topic_of::<E>().unwrap_or_else(|conflict| panic!("{conflict}; {any}"))
    }

    /// Checks that an event can be published at all.
    fn prepare<E: Event>(&self, event: E) -> Result<Prepared<E>, PublishError<E>> {
        if self.state.is_closed() {
            return Err(PublishError::Closed(Returned::new(event)));
        }
        match self.state.topic_of::<E>() {
            Ok(topic) => Ok((topic, Published::new(event))),
            Err(conflict) => Err(PublishError::OtherType { event: Returned::new(event), conflict }),
        }
    }

    /// Offers an event to a group and sees to what the group's policy drops.
    fn offer(&self, group: &Group, event: &AnyEvent) -> Offered {
        match group.offer(event.clone()) {
            Offer::Taken | Offer::Gone => Offered::Settled,
            Offer::Dropped(dropped) => {
                self.bury(group, &dropped, DeadLetterReason::Dropped);
                Offered::Settled
            }
            Offer::Busy => Offered::Busy,
            Offer::Rejected => Offered::Rejected,
        }
    }

    /// Publishes a dead event. It never waits: a subscription without room misses it, and counts that.
    pub(super) fn report_dead(&self, dead: DeadEvent) {
        self.state.dead_events.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            topic = dead.topic(),
            group = dead.group(),
            attempts = dead.attempts(),
            cause = %dead.cause(),
            "an event could not be handled"
        );
        // A subscription to dead events that fails must not feed itself.
        if dead.event().is::<DeadEvent>() {
            return;
        }
        let name = dead.dead_letter_topic();
        let Ok(topic) = self.state.topic(&name, EventType::of::<DeadEvent>()) else {
            tracing::error!(%name, "a dead letter topic carries events of another type");
            return;
        };
        let event = AnyEvent::new(Published::dead(name, dead));
        for group in &*topic.record(&event) {
            match self.offer(group, &event) {
                Offered::Settled => {}
                Offered::Rejected => self.bury(group, &event, DeadLetterReason::Dropped),
                Offered::Busy => {
                    group.count_dropped(1);
                    self.bury(group, &event, DeadLetterReason::Dropped);
                }
            }
        }
    }

    pub(super) fn bury(&self, group: &Group, event: &AnyEvent, reason: DeadLetterReason) {
        event.bury(&self.system, &|| Member::path(group), reason);
    }
}

/// An event that is ready to go, and its topic.
type Prepared<E> = (Arc<EventTopic>, Arc<Published<E>>);

/// What became of an event that was offered.
enum Offered {
    Settled,
    Busy,
    Rejected,
}

fn verdict<E: Event>(
    rejections: usize,
    event: AnyEvent,
    published: Arc<Published<E>>,
) -> Result<(), PublishError<E>> {
    if rejections == 0 {
        return Ok(());
    }
    Err(PublishError::Rejected { event: give_back(event, published), rejections })
}

fn give_back<E: Event>(event: AnyEvent, published: Arc<Published<E>>) -> Returned<E> {
    drop(event);
    Returned::new(published.into_body())
}

/// What can be chosen for one topic.
pub struct TopicSettings {
    topic: Arc<EventTopic>,
}

impl TopicSettings {
    /// Retains so many of the last events for subscriptions that [start at the earliest](crate::Start::Earliest)
    /// one, instead of 1,024; 0 for none. Older ones are let go.
    pub fn retain(&self, events: usize) -> &Self {
        self.topic.set_retention(events);
        self
    }

    /// How many events are retained now.
    pub fn retained(&self) -> usize {
        self.topic.retained()
    }
}

impl fmt::Debug for TopicSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TopicSettings({}, {} retained)", self.topic.name(), self.retained())
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bus({:?})", self.system)
    }
}
