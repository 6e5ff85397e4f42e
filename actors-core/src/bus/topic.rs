//! One topic: its last events and the feeds that take the next ones.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use super::any_event::Payload;
use super::feed::Feed;
use crate::id::short_type_name;
use crate::mailbox::Outlet;
use crate::sync::Lock;

/// How many events a topic keeps for subscriptions that start at the earliest, unless it is told otherwise.
pub(super) const DEFAULT_RETENTION: usize = 1024;

pub(super) struct Topic<T> {
    state: Lock<State<T>>,
}

struct State<T> {
    retained: VecDeque<T>,
    retention: usize,
    /// Replaced as a whole, so that publishing holds no lock while it waits.
    feeds: Arc<[Arc<Feed<T>>]>,
}

impl<T: Payload> Topic<T> {
    pub(super) fn new() -> Self {
        let state = State { retained: VecDeque::new(), retention: DEFAULT_RETENTION, feeds: Arc::new([]) };
        Self { state: Lock::new(state) }
    }

    /// Keeps the event and tells who takes it. A feed added later finds it among the kept ones.
    pub(super) fn record(&self, event: &T) -> Arc<[Arc<Feed<T>>]> {
        let mut state = self.state.lock();
        if state.retention > 0 {
            if state.retained.len() == state.retention {
                state.retained.pop_front();
            }
            state.retained.push_back(event.clone());
        }
        state.feeds.clone()
    }

    pub(super) fn retain(&self, retention: usize) {
        let mut state = self.state.lock();
        state.retention = retention;
        while state.retained.len() > retention {
            state.retained.pop_front();
        }
    }

    /// The feed of a group that runs, or else the new one, which takes part from now on.
    pub(super) fn feed_or_add(
        &self,
        group: Option<&str>,
        from_earliest: bool,
        make: impl FnOnce() -> (Arc<Feed<T>>, Outlet),
    ) -> (Arc<Feed<T>>, Option<Outlet>) {
        let mut state = self.state.lock();
        let of_group = |feed: &&Arc<Feed<T>>| feed.options.group.as_deref() == group && !feed.is_closing();
        if group.is_some()
            && let Some(feed) = state.feeds.iter().find(of_group)
        {
            return (feed.clone(), None);
        }
        let (feed, outlet) = make();
        if from_earliest {
            feed.take_in_retained(state.retained.iter().cloned());
        }
        state.feeds = state.feeds.iter().cloned().chain([feed.clone()]).collect();
        (feed, Some(outlet))
    }
}

/// A topic whose events' type is forgotten.
pub(super) trait AnyTopic: Any + Send + Sync {
    fn event_type(&self) -> &'static str;

    /// Forgets feeds that have ended.
    fn forget_ended(&self);
}

impl<T: Payload> AnyTopic for Topic<T> {
    fn event_type(&self) -> &'static str {
        short_type_name::<T>()
    }

    fn forget_ended(&self) {
        let mut state = self.state.lock();
        if state.feeds.iter().any(|feed| feed.is_closing()) {
            state.feeds = state.feeds.iter().filter(|feed| !feed.is_closing()).cloned().collect();
        }
    }
}
