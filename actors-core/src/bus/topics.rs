//! All topics of a bus by name, and the patterns that look at all of them.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;

use super::any_event::AnyEvent;
use super::event::Event;
use super::feed::Feed;
use super::pattern::Pattern;
use super::subscription::SubscribeError;
use super::topic::{AnyTopic, Topic};
use crate::id::short_type_name;
use crate::sync::Lock;

#[derive(Default)]
pub(super) struct Topics {
    by_name: DashMap<&'static str, Arc<dyn AnyTopic>>,
    patterns: Lock<Vec<(Pattern, Arc<Feed<AnyEvent>>)>>,
    /// The length of `patterns`, to be looked at without the lock.
    pattern_count: AtomicUsize,
}

impl Topics {
    /// The topic of an event type, made when first asked for.
    pub(super) fn of<E: Event>(&self) -> Result<Arc<Topic<E>>, SubscribeError> {
        let topic = match self.by_name.get(E::TOPIC) {
            Some(topic) => topic.clone(),
            None => self.by_name.entry(E::TOPIC).or_insert_with(|| Arc::new(Topic::<E>::new())).clone(),
        };
        let has = topic.event_type();
        let topic: Arc<dyn Any + Send + Sync> = topic;
        topic.downcast::<Topic<E>>().map_err(|_| SubscribeError::WrongType {
            topic: E::TOPIC,
            expected: short_type_name::<E>(),
            has,
        })
    }

    pub(super) fn add_pattern(&self, pattern: Pattern, feed: Arc<Feed<AnyEvent>>) {
        let mut patterns = self.patterns.lock();
        patterns.push((pattern, feed));
        self.pattern_count.store(patterns.len(), Ordering::Release);
    }

    /// The pattern feeds that take events of this topic.
    pub(super) fn patterns_for(&self, topic: &str) -> Vec<Arc<Feed<AnyEvent>>> {
        if self.pattern_count.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let patterns = self.patterns.lock();
        let matching = patterns.iter().filter(|(pattern, _)| pattern.matches(topic));
        matching.map(|(_, feed)| feed.clone()).collect()
    }

    pub(super) fn forget_ended(&self) {
        let topics: Vec<_> = self.by_name.iter().map(|entry| entry.value().clone()).collect();
        for topic in topics {
            topic.forget_ended();
        }
        let mut patterns = self.patterns.lock();
        patterns.retain(|(_, feed)| !feed.is_closing());
        self.pattern_count.store(patterns.len(), Ordering::Release);
    }
}
