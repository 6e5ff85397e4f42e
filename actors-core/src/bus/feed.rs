//! A buffer of events with its members: one subscription, or a group that shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::watch;

use super::any_event::Payload;
use super::consumer::Consumer;
use super::event_bus::Bus;
use super::retry::Retry;
use crate::id::{ActorPath, short_type_name};
use crate::mailbox::{Entrance, Inbox, Item, Lane, Mailbox, Offer, OnFull, Outlet};
use crate::observe::DeadLetterReason;
use crate::sync::Lock;

/// A wrapper, because the mailbox asks what may be dropped: any event may.
pub(super) struct Entry<T>(pub(super) T);

impl<T> Item for Entry<T> {
    fn is_droppable(&self) -> bool {
        true
    }
}

impl<T: Payload> Unpin for Entry<T> {}

/// How a feed treats its events.
#[derive(Clone, Debug)]
pub(super) struct FeedOptions {
    pub(super) group: Option<String>,
    pub(super) mailbox: Mailbox,
    pub(super) retry: Option<Retry>,
}

pub(super) struct Feed<T> {
    pub(super) options: FeedOptions,
    pub(super) bus: Bus,
    inbox: Inbox<Entry<T>>,
    /// Members that joined or left since the dispatcher last looked.
    changes: Lock<Vec<Change<T>>>,
    changed: AtomicBool,
    next_member: AtomicU64,
    closing: AtomicBool,
    pub(super) counters: Counters,
    /// True once the dispatcher has ended.
    ended: watch::Sender<bool>,
}

#[derive(Default)]
pub(super) struct Counters {
    pub(super) handled: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) dead: AtomicU64,
}

pub(super) enum Change<T> {
    Joined(Member<T>),
    Left(u64),
}

/// One of those who share the events of a feed.
pub(super) struct Member<T> {
    pub(super) number: u64,
    pub(super) consumer: Arc<dyn Consumer<T>>,
    pub(super) concurrency: usize,
}

impl<T> AsRef<Inbox<Entry<T>>> for Feed<T> {
    fn as_ref(&self) -> &Inbox<Entry<T>> {
        &self.inbox
    }
}

impl<T: Payload> Feed<T> {
    /// A feed and the right to take its events.
    pub(super) fn new(options: FeedOptions, bus: Bus) -> (Arc<Self>, Outlet) {
        let feed = Arc::new(Self {
            inbox: Inbox::new(options.mailbox),
            options,
            bus,
            changes: Lock::new(Vec::new()),
            changed: AtomicBool::new(false),
            next_member: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            counters: Counters::default(),
            ended: watch::Sender::new(false),
        });
        let outlet = feed.inbox.outlet();
        (feed, outlet)
    }

    /// Takes an event in, as the policy says. Waits only if that is the policy.
    pub(super) async fn take_in(self: &Arc<Self>, event: T) {
        if self.closing.load(Ordering::Acquire) {
            return;
        }
        let mut offer = self.inbox.offer(Entry(event), Lane::User);
        if let Offer::Full(entry) = offer {
            offer = match self.options.mailbox.policy() {
                OnFull::Wait => Entrance::new(self.clone(), entry, Lane::User).await,
                _ => Offer::Discarded(entry),
            };
        }
        match offer {
            // A feed that closes meanwhile wants nothing more.
            Offer::Queued | Offer::Closed(_) => {}
            Offer::Displaced(Entry(lost)) | Offer::Discarded(Entry(lost)) | Offer::Full(Entry(lost)) => {
                self.counters.dropped.fetch_add(1, Ordering::Relaxed);
                self.bury(lost, DeadLetterReason::Dropped);
            }
        }
    }

    /// Takes in what was published before the subscription, without regard to the bound.
    pub(super) fn take_in_retained(&self, events: impl Iterator<Item = T>) {
        for event in events {
            // A new feed is open.
            drop(self.inbox.force(Entry(event), Lane::User));
        }
    }

    pub(super) fn bury(&self, event: T, reason: DeadLetterReason) {
        let topic = event.topic().to_owned();
        let group = self.options.group.as_deref().unwrap_or("subscription");
        let to = || ActorPath::from_text(&format!("/bus/{topic}/{group}"));
        self.bus.system().bury(to, short_type_name::<T>(), reason, event);
    }

    pub(super) fn join(&self, consumer: Arc<dyn Consumer<T>>, concurrency: usize) -> u64 {
        let number = self.next_member.fetch_add(1, Ordering::Relaxed);
        self.change(Change::Joined(Member { number, consumer, concurrency }));
        number
    }

    fn change(&self, change: Change<T>) {
        self.changes.lock().push(change);
        self.changed.store(true, Ordering::Release);
        self.inbox.wake();
    }

    pub(super) fn take_changes(&self) -> Vec<Change<T>> {
        if self.changed.swap(false, Ordering::AcqRel) {
            std::mem::take(&mut *self.changes.lock())
        } else {
            Vec::new()
        }
    }

    pub(super) fn inbox(&self) -> &Inbox<Entry<T>> {
        &self.inbox
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    pub(super) fn note_end(&self) {
        self.ended.send_replace(true);
    }
}

/// A feed whose events' type is forgotten.
pub(super) trait AnyFeed: Send + Sync {
    /// Lets one member go; the feed ends with the last.
    fn leave(&self, member: u64);

    /// Takes nothing in any more, handles what is buffered, and ends.
    fn close(&self);

    fn ended(&self) -> watch::Receiver<bool>;

    fn counters(&self) -> &Counters;
}

impl<T: Payload> AnyFeed for Feed<T> {
    fn leave(&self, member: u64) {
        self.change(Change::Left(member));
    }

    fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.inbox.wake();
    }

    fn ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}
