//! Building a subscription.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use tokio::sync::mpsc;

use super::any_event::{AnyEvent, Payload};
use super::consumer::{Closure, Consumer, Outcome, ToRecipient, ToStream};
use super::dispatcher::dispatch;
use super::event::Event;
use super::event_bus::Bus;
use super::feed::{Feed, FeedOptions};
use super::pattern::Pattern;
use super::retry::Retry;
use super::subscription::{EventStream, SubscribeError, Subscription};
use crate::kernel::endpoint::Endpoint;
use crate::mailbox::{Mailbox, OnFull, Outlet};

/// Where in a topic a subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Start {
    /// With the next event. The default.
    #[default]
    Latest,
    /// With the oldest one that is retained.
    Earliest,
}

/// What all subscriptions can choose.
#[derive(Clone, Debug)]
struct Options {
    group: Option<String>,
    concurrency: usize,
    retry: Option<Retry>,
    capacity: usize,
    on_full: OnFull,
    start: Start,
}

impl Options {
    const DEFAULT: Self = Self {
        group: None,
        concurrency: 1,
        retry: None,
        capacity: Mailbox::DEFAULT_BOUND,
        on_full: OnFull::Wait,
        start: Start::Latest,
    };

    fn feed(&self) -> FeedOptions {
        let mailbox = Mailbox::bounded(self.capacity).on_full(self.on_full);
        FeedOptions { group: self.group.clone(), mailbox, retry: self.retry }
    }
}

/// A subscription to the events of one type, about to be made. Made by [`Bus::subscribe`].
#[must_use = "nothing is subscribed until a consumer is given"]
pub struct Subscribe<E> {
    bus: Bus,
    options: Options,
    event: PhantomData<fn(E)>,
}

impl<E: Event> Subscribe<E> {
    pub(super) fn new(bus: Bus) -> Self {
        Self { bus, options: Options::DEFAULT, event: PhantomData }
    }

    /// Shares the topic with the other members of this group: each event goes to one of them.
    ///
    /// The first member's choice of capacity, policy, retries and start holds for the group.
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.options.group = Some(name.into());
        self
    }

    /// Handles up to so many events at once; 1 unless set. Events with the same key are still handled in order.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn concurrency(mut self, events: usize) -> Self {
        assert!(events > 0, "a subscription that handles 0 events at once handles none");
        self.options.concurrency = events;
        self
    }

    /// Tries events again whose handler failed or panicked; after that they go to the dead letter topic.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }

    /// Buffers up to so many events; 1,024 unless set.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn capacity(mut self, events: usize) -> Self {
        assert!(events > 0, "a buffer of 0 events can take nothing in");
        self.options.capacity = events;
        self
    }

    /// Sets what happens when the buffer is full: publishers wait unless set. What is dropped or rejected is counted.
    pub fn on_full(mut self, policy: OnFull) -> Self {
        self.options.on_full = policy;
        self
    }

    /// Begins with the next event or with the oldest retained one.
    pub fn start_at(mut self, start: Start) -> Self {
        self.options.start = start;
        self
    }

    /// Calls a closure with each event. An `Err` or a panic makes the event be tried again, if retries are set.
    pub fn for_each<F, Fut>(self, handle: F) -> Subscription
    where
        F: Fn(E) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Outcome> + Send + 'static,
    {
        self.deliver_to(Arc::new(Closure(Arc::new(handle))))
    }

    /// Sends each event to an actor, or to anything else that takes it. The next one follows when it was handled.
    ///
    /// The subscription keeps the actor alive and ends when the actor has ended.
    pub fn to(self, recipient: &impl Endpoint<E>) -> Subscription {
        self.deliver_to(Arc::new(ToRecipient(recipient.to_recipient())))
    }

    /// Gives the events as a stream, which ends the subscription when dropped.
    pub fn into_stream(self) -> EventStream<E> {
        let (sender, receiver) = mpsc::channel(1);
        let subscription = self.deliver_to(Arc::new(ToStream(sender)));
        EventStream::new(receiver, subscription)
    }

    /// Gives the events to a thread: up to `capacity` of them wait in the channel, further ones in the subscription.
    ///
    /// Dropping the receiver ends the subscription at the next event.
    ///
    /// # Panics
    ///
    /// If no thread can be started.
    pub fn into_channel(self, capacity: usize) -> Receiver<E> {
        let (sender, receiver) = crossbeam_channel::bounded(capacity);
        let mut events = self.into_stream();
        let pump = move || {
            while let Some(event) = events.blocking_next() {
                if sender.send(event).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name(format!("bus {}", E::TOPIC))
            .spawn(pump)
            .expect("a thread for the channel");
        receiver
    }

    fn deliver_to(self, consumer: Arc<dyn Consumer<E>>) -> Subscription {
        let Self { bus, options, .. } = self;
        let topic = match bus.topics().of::<E>() {
            Ok(topic) if !bus.is_closed() => topic,
            Ok(_) => return Subscription::failed(SubscribeError::Closed),
            Err(error) => return Subscription::failed(error),
        };
        let from_earliest = options.start == Start::Earliest;
        let make = || Feed::new(options.feed(), bus.clone());
        let (feed, outlet) = topic.feed_or_add(options.group.as_deref(), from_earliest, make);
        join(&bus, feed, outlet, consumer, options.concurrency)
    }
}

impl<E> fmt::Debug for Subscribe<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.options.fmt(f)
    }
}

/// A subscription to all topics that match a pattern, about to be made. Made by [`Bus::pattern`].
#[must_use = "nothing is subscribed until a consumer is given"]
#[derive(Debug)]
pub struct PatternSubscribe {
    bus: Bus,
    options: Options,
    pattern: Pattern,
}

impl PatternSubscribe {
    pub(super) fn new(bus: Bus, pattern: Pattern) -> Self {
        Self { bus, options: Options::DEFAULT, pattern }
    }

    /// Sets what happens when the buffer is full: publishers wait unless set.
    pub fn on_full(mut self, policy: OnFull) -> Self {
        self.options.on_full = policy;
        self
    }

    /// Calls a closure with each event.
    pub fn for_each<F, Fut>(self, handle: F) -> Subscription
    where
        F: Fn(AnyEvent) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Outcome> + Send + 'static,
    {
        self.deliver_to(Arc::new(Closure(Arc::new(handle))))
    }

    /// Gives the events as a stream, which ends the subscription when dropped.
    pub fn into_stream(self) -> EventStream<AnyEvent> {
        let (sender, receiver) = mpsc::channel(1);
        let subscription = self.deliver_to(Arc::new(ToStream(sender)));
        EventStream::new(receiver, subscription)
    }

    fn deliver_to(self, consumer: Arc<dyn Consumer<AnyEvent>>) -> Subscription {
        if self.bus.is_closed() {
            return Subscription::failed(SubscribeError::Closed);
        }
        let (feed, outlet) = Feed::new(self.options.feed(), self.bus.clone());
        self.bus.topics().add_pattern(self.pattern, feed.clone());
        join(&self.bus, feed, Some(outlet), consumer, self.options.concurrency)
    }
}

/// Adds a member to a feed, and starts the feed's task if it is new.
fn join<T: Payload>(
    bus: &Bus,
    feed: Arc<Feed<T>>,
    outlet: Option<Outlet>,
    consumer: Arc<dyn Consumer<T>>,
    concurrency: usize,
) -> Subscription {
    let member = feed.join(consumer, concurrency);
    if let Some(outlet) = outlet {
        bus.add_feed(feed.clone());
        bus.system().runtime().spawn(dispatch(feed.clone(), outlet));
    }
    Subscription::new(feed, member)
}
