//! One subscription, as the bus sees it: a member of a group.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::dead_event::{DeadCause, DeadEvent};
use super::event::AnyEvent;
use super::group::Group;
use super::handle::Bus;
use super::line::Entry;
use crate::id::ActorPath;
use crate::observe::DeadLetterReason;

/// A subscription. Its workers share it, and so do its handles, which do not keep the workers.
pub(super) struct Member {
    id: u64,
    pub(super) bus: Bus,
    pub(super) group: Arc<Group>,
    left: watch::Sender<Option<Farewell>>,
    ended: watch::Sender<bool>,
    /// Whether a shutdown waits for it: it has workers.
    pub(super) is_awaited: bool,
    workers: Mutex<Vec<AbortHandle>>,
}

/// How a member leaves: what becomes of events that nobody is left for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// Whoever subscribed wants no more: they are counted by the subscription.
    Wanted,
    /// The subscriber is gone or ran out of time: they are dead letters.
    Forced,
}

impl Member {
    /// A member that has joined already.
    pub(super) fn new(bus: Bus, group: Arc<Group>, is_awaited: bool) -> Arc<Self> {
        let id = bus.state.next_member();
        let (left, ended) = (watch::Sender::new(None), watch::Sender::new(false));
        let member = Arc::new(Self { id, bus, group, left, ended, is_awaited, workers: Mutex::default() });
        member.bus.state.add_member(id, &member);
        // The shutdown may have looked for members a moment before.
        if member.bus.state.is_closed() {
            member.group.drain();
        }
        member
    }

    /// Starts workers; the member ends when the last one has.
    pub(super) fn employ<F>(self: &Arc<Self>, workers: usize, work: impl Fn(Arc<Employment>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let employment = Arc::new(Employment(self.clone()));
        let runtime = self.bus.system.runtime();
        let handles = (0..workers).map(|_| runtime.spawn(work(employment.clone())).abort_handle()).collect();
        *self.workers.lock().unwrap_or_else(PoisonError::into_inner) = handles;
    }

    /// The next event for this member; `None` once it has left or the bus has closed and nothing is left to do.
    pub(super) async fn next(self: &Arc<Self>) -> Option<Handling> {
        let entry = self.group.next(|| self.has_left()).await?;
        Some(self.handling(entry))
    }

    pub(super) fn handling(self: &Arc<Self>, entry: Entry<AnyEvent>) -> Handling {
        Handling { member: self.clone(), entry: Some(entry) }
    }

    pub(super) fn has_left(&self) -> bool {
        self.left.borrow().is_some()
    }

    /// Takes no further event. What is being handled is not interrupted.
    pub(super) fn leave(self: &Arc<Self>, farewell: Farewell) {
        let first = self.left.send_if_modified(|left| {
            let first = left.is_none();
            left.get_or_insert(farewell);
            first
        });
        if !first {
            return;
        }
        if let Some(left_over) = self.group.leave() {
            self.bus.state.forget(&self.group);
            left_over.into_iter().for_each(|event| self.discard(event));
        }
        self.group.wake_all();
    }

    /// Sleeps, unless the member leaves first; tells whether it slept.
    pub(super) async fn sleep(&self, delay: Duration) -> bool {
        let mut left = self.left.subscribe();
        tokio::time::timeout(delay, left.wait_for(Option::is_some)).await.is_err()
    }

    /// Waits until the last worker has ended.
    pub(super) async fn ended(&self) {
        // The sender lives in `self`.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Ends the workers in the middle of what they do.
    pub(super) fn abort(self: &Arc<Self>) {
        self.leave(Farewell::Forced);
        for worker in &*self.workers.lock().unwrap_or_else(PoisonError::into_inner) {
            worker.abort();
        }
    }

    /// The member has nothing to do any more.
    pub(super) fn end(self: &Arc<Self>) {
        self.leave(Farewell::Wanted);
        self.bus.state.remove_member(self.id);
        self.ended.send_replace(true);
    }

    /// A taken event was not handled: it goes to another member, if there is one.
    pub(super) fn put_back(&self, entry: Entry<AnyEvent>) {
        if let Some(event) = self.group.put_back(entry) {
            self.discard(event);
        }
    }

    /// Nobody is left for this event.
    fn discard(&self, event: AnyEvent) {
        self.group.count_dropped(1);
        if *self.left.borrow() != Some(Farewell::Wanted) {
            self.bus.bury(&self.group, &event, DeadLetterReason::Stopped);
        }
    }

    /// Where the subscription stands, for dead letters.
    pub(super) fn path(group: &Group) -> ActorPath {
        match &group.name {
            Some(name) => ActorPath::from_text(&format!("/bus/{}/{name}", group.source.as_str())),
            None => ActorPath::from_text(&format!("/bus/{}", group.source.as_str())),
        }
    }
}

/// What a member's workers share; the member ends when it is dropped, also with the runtime.
pub(super) struct Employment(Arc<Member>);

impl Employment {
    pub(super) fn member(&self) -> &Arc<Member> {
        &self.0
    }
}

impl Drop for Employment {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// An event in a member's hands. Dropped, it goes to another member.
pub(super) struct Handling {
    member: Arc<Member>,
    /// Taken only when this ends.
    entry: Option<Entry<AnyEvent>>,
}

impl Handling {
    pub(super) fn event(&self) -> &AnyEvent {
        &self.entry().item
    }

    /// Counts one try and gives how many there were.
    pub(super) fn count_attempt(&mut self) -> u32 {
        let entry = self.entry.as_mut().expect("the event leaves only at the end");
        entry.attempts += 1;
        entry.attempts
    }

    /// The event was handled, or dropped with a count.
    pub(super) fn done(mut self) {
        if let Some(entry) = self.entry.take() {
            drop(self.member.group.done(entry));
        }
    }

    /// The event failed for the last time.
    pub(super) fn bury(mut self, cause: DeadCause) {
        let Some(entry) = self.entry.take() else { return };
        let (group, bus) = (&self.member.group, &self.member.bus);
        let attempts = entry.attempts;
        group.count_failed();
        bus.report_dead(DeadEvent::new(entry.item.clone(), group.name.clone(), cause, attempts));
        drop(group.done(entry));
    }

    fn entry(&self) -> &Entry<AnyEvent> {
        self.entry.as_ref().expect("the event leaves only at the end")
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.member.put_back(entry);
        }
    }
}
