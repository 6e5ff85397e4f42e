//! What all handles of one system's bus share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use super::answers::Answers;
use super::error::TypeConflict;
use super::event::Event;
use super::group::{Group, Shape};
use super::member::Member;
use super::source::Source;
use super::subscribe::Start;
use super::topic::{EventTopic, EventType, Topics};

/// Topics, groups and subscriptions.
///
/// Locks are taken in this order: `patterns`, one topic, one group. None is held across an await.
pub(super) struct BusState {
    topics: Topics,
    /// The groups that subscribe to patterns. Held while a topic is made, so that each gets to know all of the other.
    patterns: Mutex<Vec<Arc<Group>>>,
    members: Mutex<HashMap<u64, Weak<Member>>>,
    next_member: AtomicU64,
    pub(super) answers: Answers,
    pub(super) dead_events: AtomicU64,
    closed: AtomicBool,
    /// Whether what becomes of actors is published.
    pub(super) lifecycle: Once,
}

impl BusState {
    pub(super) fn new(closed: bool) -> Self {
        Self {
            topics: Topics::default(),
            patterns: Mutex::default(),
            members: Mutex::default(),
            next_member: AtomicU64::new(0),
            answers: Answers::default(),
            dead_events: AtomicU64::new(0),
            closed: AtomicBool::new(closed),
            lifecycle: Once::new(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// The topic of an event type, made if there is none.
    pub(super) fn topic_of<E: Event>(&self) -> Result<Arc<EventTopic>, TypeConflict> {
        if let Some(topic) = self.topics.of_type::<E>() {
            return Ok(topic);
        }
        let topic = self.topic(E::TOPIC, EventType::of::<E>())?;
        self.topics.remember::<E>(&topic);
        Ok(topic)
    }

    /// The topic with this name, made if there is none.
    pub(super) fn topic(&self, name: &str, carries: EventType) -> Result<Arc<EventTopic>, TypeConflict> {
        let topic = self.topics.get(name).unwrap_or_else(|| self.make_topic(name, carries));
        topic.check(carries)?;
        Ok(topic)
    }

    fn make_topic(&self, name: &str, carries: EventType) -> Arc<EventTopic> {
        let patterns = self.lock_patterns();
        // Another thread may have been faster.
        if let Some(topic) = self.topics.get(name) {
            return topic;
        }
        let groups = patterns.iter().filter(|group| group.source.covers(name)).cloned().collect();
        let topic = Arc::new(EventTopic::new(name.into(), carries, groups));
        self.topics.insert(topic.clone());
        topic
    }

    /// Joins the group of this name, or makes a new one, which starts where it is told.
    pub(super) fn join(
        &self,
        source: &Source,
        name: Option<Arc<str>>,
        shape: Shape,
        start: Start,
    ) -> Arc<Group> {
        match source {
            Source::Topic(topic) => {
                let topic = self.topics.get(topic).expect("a topic is made before it is subscribed to");
                self.join_topic(&topic, name, shape, start)
            }
            Source::Pattern(_) => self.join_pattern(source.clone(), name, shape, start),
        }
    }

    fn join_topic(
        &self,
        topic: &EventTopic,
        name: Option<Arc<str>>,
        shape: Shape,
        start: Start,
    ) -> Arc<Group> {
        let source = Source::Topic(topic.name().clone());
        // Groups come and go one at a time.
        let _patterns = self.lock_patterns();
        if let Some(name) = name.as_deref()
            && let Some(group) = topic.find(|group| group.is_named(&source, name) && group.join())
        {
            return reshaped(group, shape);
        }
        let group = Arc::new(Group::new(source, name, shape));
        topic.add(&group, start == Start::Earliest);
        group
    }

    /// For all topics, those to come too, that the pattern covers.
    fn join_pattern(&self, source: Source, name: Option<Arc<str>>, shape: Shape, start: Start) -> Arc<Group> {
        let mut patterns = self.lock_patterns();
        if let Some(name) = name.as_deref()
            && let Some(group) = patterns.iter().find(|group| group.is_named(&source, name) && group.join())
        {
            return reshaped(group.clone(), shape);
        }
        let group = Arc::new(Group::new(source, name, shape));
        patterns.push(group.clone());
        for topic in self.topics.all() {
            if group.source.covers(topic.name()) {
                topic.add(&group, start == Start::Earliest);
            }
        }
        group
    }

    /// Forgets a group whose last member is gone.
    pub(super) fn forget(&self, group: &Arc<Group>) {
        let mut patterns = self.lock_patterns();
        patterns.retain(|other| !Arc::ptr_eq(other, group));
        let topics = match &group.source {
            Source::Topic(topic) => self.topics.get(topic).into_iter().collect(),
            Source::Pattern(_) => self.topics.all(),
        };
        topics.iter().for_each(|topic| topic.remove(group));
    }

    // Members.

    pub(super) fn next_member(&self) -> u64 {
        self.next_member.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn add_member(&self, id: u64, member: &Arc<Member>) {
        self.lock_members().insert(id, Arc::downgrade(member));
    }

    pub(super) fn remove_member(&self, id: u64) {
        self.lock_members().remove(&id);
    }

    pub(super) fn members(&self) -> Vec<Arc<Member>> {
        self.lock_members().values().filter_map(Weak::upgrade).collect()
    }

    fn lock_patterns(&self) -> MutexGuard<'_, Vec<Arc<Group>>> {
        self.patterns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_members(&self) -> MutexGuard<'_, HashMap<u64, Weak<Member>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reshaped(group: Arc<Group>, shape: Shape) -> Arc<Group> {
    if group.shape != shape {
        let (topic, name) = (group.source.as_str(), group.name.as_deref().unwrap_or_default());
        tracing::warn!(topic, group = name, "a member wants another capacity or policy than its group has");
    }
    group
}
