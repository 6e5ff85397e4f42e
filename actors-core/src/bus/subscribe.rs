//! A subscription before it begins: what it is to, how it behaves, and who gets the events.

use std::fmt;
use std::sync::Arc;

use super::event::{AnyEvent, Event};
use super::group::Shape;
use super::handle::Bus;
use super::lifecycle;
use super::member::Member;
use super::retry::Retry;
use super::source::Source;
use crate::mailbox::OnFull;
use crate::observe::LifecycleEvent;

/// Events a subscription holds that nobody took yet, unless it chose otherwise.
const DEFAULT_CAPACITY: usize = 1024;

/// Where a subscription starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Start {
    /// With the oldest event its topic retains. They come on top of the subscription's capacity.
    Earliest,
    /// With the next event published. The default.
    #[default]
    Latest,
}

/// A subscription to be: options, then one of [`for_each`](Self::for_each), [`to`](Self::to),
/// [`into_channel`](Self::into_channel) and [`into_stream`](Self::into_stream), which begins it.
///
/// It has begun when that call returns: no event that is published later is missed.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # #[derive(Clone)] struct OrderPlaced { order: u64 }
/// # impl Message for OrderPlaced { type Reply = (); type Kind = Plain; }
/// # impl Event for OrderPlaced { const TOPIC: &'static str = "orders.placed"; }
/// # async fn bill(_: u64) -> Result<(), ActorError> { Ok(()) }
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let system = ActorSystem::new();
/// let billing = system
///     .bus()
///     .subscribe::<OrderPlaced>()
///     .group("billing") // shared with all members of the group
///     .concurrency(8) // eight at a time, those of one key in order
///     .retry(Retry::exponential(Duration::from_millis(100)).max(5)) // then it is a dead event
///     .for_each(|event| bill(event.order));
/// system.bus().publish(OrderPlaced { order: 7 }).await?;
/// billing.cancel();
/// # Ok(()) }
/// ```
#[must_use = "nothing is subscribed until it is said who gets the events"]
pub struct Subscribe<T> {
    pub(super) bus: Bus,
    source: Source,
    pub(super) open: Open<T>,
    group: Option<Arc<str>>,
    pub(super) concurrency: Option<usize>,
    pub(super) retry: Retry,
    on_full: OnFull,
    capacity: Option<usize>,
    start: Start,
}

/// How a subscriber gets its own copy of an event; `None` if it is of another type.
pub(super) type Open<T> = fn(&AnyEvent) -> Option<T>;

impl<T> Subscribe<T> {
    pub(super) fn new(bus: Bus, source: Source, open: Open<T>) -> Self {
        Self {
            bus,
            source,
            open,
            group: None,
            concurrency: None,
            retry: Retry::never(),
            on_full: OnFull::Wait,
            capacity: None,
            start: Start::Latest,
        }
    }

    /// Shares the events with all subscriptions of this group: each event goes to one of them.
    ///
    /// They share one line, whose capacity, policy and start are those of the first. When one ends, the others handle what
    /// it had not.
    ///
    /// # Panics
    ///
    /// If the name is empty or has white space, `*` or `>` in it: it becomes a part of the dead letter topic's name.
    #[track_caller]
    pub fn group(mut self, name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        let is_bad = |c: char| c.is_whitespace() || matches!(c, '*' | '>');
        assert!(!name.is_empty() && !name.contains(is_bad), "`{name}` is not a name for a group");
        self.group = Some(name.into());
        self
    }

    /// Handles so many events at a time; 1 for closures, and up to 64 for actors, whose mailboxes they wait in.
    ///
    /// Events with equal keys are still handled one after another, in order. Those without a key are handled in the
    /// order of publication only one at a time. Without effect on channels and streams.
    ///
    /// # Panics
    ///
    /// If `events` is 0.
    #[track_caller]
    pub fn concurrency(mut self, events: usize) -> Self {
        assert!(events > 0, "a subscription that handles 0 events at a time handles none");
        self.concurrency = Some(events);
        self
    }

    /// Tries events that fail again. The default is never. Without effect on channels and streams.
    ///
    /// An event that waits to be tried again takes one of the places of [`concurrency`](Self::concurrency), and
    /// holds up the later ones of its key; others pass it.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sets what happens to an event when as many wait as the capacity allows. The default is that publishers wait.
    ///
    /// [`OnFull::Reject`] gives the event back to the publisher, although all other subscriptions have it. Whatever is
    /// dropped is counted, here and among the dead letters.
    pub fn on_full(mut self, policy: OnFull) -> Self {
        self.on_full = policy;
        self
    }

    /// Lets so many events wait, instead of 1,024; those being handled are not counted.
    ///
    /// # Panics
    ///
    /// If `events` is 0.
    #[track_caller]
    pub fn capacity(mut self, events: usize) -> Self {
        assert!(events > 0, "a subscription that can hold 0 events gets none");
        self.capacity = Some(events);
        self
    }

    /// Starts with events from before, if the topic retains any. A subscription that joins a group starts where that is.
    ///
    /// A subscription to a pattern gets the retained events topic by topic.
    pub fn start_at(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    pub(super) fn is_grouped(&self) -> bool {
        self.group.is_some()
    }

    pub(super) fn capacity_or(&self, default: usize) -> usize {
        self.capacity.unwrap_or(default)
    }

    pub(super) fn has_capacity(&self) -> bool {
        self.capacity.is_some()
    }

    /// Begins. `keyed` tells whether the order of equal keys needs care; in groups it always does.
    pub(super) fn begin(&self, keyed: bool, is_awaited: bool) -> Arc<Member> {
        let capacity = self.capacity_or(DEFAULT_CAPACITY).min(tokio::sync::Semaphore::MAX_PERMITS);
        let shape = Shape { capacity, on_full: self.on_full, keyed: keyed || self.is_grouped() };
        let group = self.bus.state.join(&self.source, self.group.clone(), shape, self.start);
        if group.source.covers(LifecycleEvent::TOPIC) {
            lifecycle::forward(&self.bus);
        }
        Member::new(self.bus.clone(), group, is_awaited)
    }
}

impl<T> fmt::Debug for Subscribe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("to", &self.source.as_str())
            .field("group", &self.group)
            .field("on_full", &self.on_full)
            .finish_non_exhaustive()
    }
}
