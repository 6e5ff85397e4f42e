//! A group of subscriptions that share their events: each goes to one of them. A subscription without a group's name is
//! a group by itself.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore};

use super::event::AnyEvent;
use super::key::KeyHash;
use super::line::{Entry, Line};
use super::offer::Offer;
use super::source::Source;
use super::taken::{Next, Taken};
use crate::mailbox::OnFull;

/// How the line of a group behaves. The first member decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) capacity: usize,
    pub(super) on_full: OnFull,
    /// Whether events of one key are handled one after another.
    pub(super) keyed: bool,
}

/// One line of events and those who take from it.
///
/// Events that wait take a permit of `room` where publishers wait for room; it is given back when the event is taken.
/// Whoever finds nothing ready waits for an arrival; whoever takes something and leaves something ready announces one
/// more arrival, so no event waits while a member does.
pub(super) struct Group {
    pub(super) source: Source,
    pub(super) name: Option<Arc<str>>,
    pub(super) shape: Shape,
    state: Mutex<State>,
    room: Semaphore,
    arrivals: Notify,
    /// Told when nothing is left to handle, if somebody waits for that.
    quiet: Notify,
    dropped: AtomicU64,
    failed: AtomicU64,
}

struct State {
    line: Line<AnyEvent>,
    members: usize,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// Nothing new comes in; what waits is still handled.
    Draining,
    /// The last member is gone.
    Ended,
}

impl Group {
    /// A group with one member.
    pub(super) fn new(source: Source, name: Option<Arc<str>>, shape: Shape) -> Self {
        let state = State { line: Line::new(shape.keyed), members: 1, phase: Phase::Open };
        Self {
            source,
            name,
            shape,
            state: Mutex::new(state),
            room: Semaphore::new(shape.capacity),
            arrivals: Notify::new(),
            quiet: Notify::new(),
            dropped: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    pub(super) fn is_named(&self, source: &Source, name: &str) -> bool {
        self.name.as_deref() == Some(name) && self.source == *source
    }

    // Members.

    /// One more member, unless the group has ended.
    pub(super) fn join(&self) -> bool {
        let mut state = self.lock();
        let open = state.phase == Phase::Open;
        state.members += usize::from(open);
        open
    }

    /// One member less. The last one ends the group and gets what still waits.
    pub(super) fn leave(&self) -> Option<Vec<AnyEvent>> {
        let mut state = self.lock();
        state.members -= 1;
        if state.members > 0 {
            return None;
        }
        state.phase = Phase::Ended;
        let left = state.line.remove_all();
        drop(state);
        self.quiet.notify_waiters();
        self.room.close();
        Some(left)
    }

    /// Takes nothing new in from now on.
    pub(super) fn drain(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Draining;
        }
        drop(state);
        self.room.close();
        self.wake_all();
    }

    /// Waits until nothing is left to handle, at least for the moment; true if there was something.
    pub(super) async fn quiet(&self) -> bool {
        let mut waited = false;
        loop {
            let mut quiet = std::pin::pin!(self.quiet.notified());
            // From here on no such moment is missed.
            quiet.as_mut().enable();
            if self.lock().line.is_idle() {
                return waited;
            }
            waited = true;
            quiet.await;
        }
    }

    /// Lets every member that waits look again.
    pub(super) fn wake_all(&self) {
        self.arrivals.notify_waiters();
    }

    // Events coming in.

    /// Offers an event, without waiting.
    pub(super) fn offer(&self, event: AnyEvent) -> Offer {
        match self.shape.on_full {
            OnFull::Wait if !self.reserve() => {
                if self.room.is_closed() {
                    Offer::Gone
                } else {
                    Offer::Busy
                }
            }
            OnFull::Wait => self.push_reserved(event),
            policy => self.push_by(policy, event),
        }
    }

    /// Takes room for one event in advance, where publishers wait for room.
    pub(super) fn reserve(&self) -> bool {
        self.room.try_acquire().map(|room| room.forget()).is_ok()
    }

    /// Gives up room taken in advance.
    pub(super) fn release(&self) {
        self.room.add_permits(1);
    }

    /// Gives up the room of events that do not wait any more.
    pub(super) fn release_many(&self, events: usize) {
        if events > 0 {
            self.room.add_permits(events);
        }
    }

    /// Whether an event takes part of the room there is for those that wait.
    pub(super) fn takes_room(&self, entry: &Entry<AnyEvent>) -> bool {
        entry.takes_room && self.shape.on_full == OnFull::Wait
    }

    /// Whether an event would have to wait for room.
    pub(super) fn would_wait(&self) -> bool {
        self.shape.on_full == OnFull::Wait && !self.room.is_closed()
    }

    /// Puts an event in as soon as there is room, in turn.
    pub(super) async fn enter(&self, event: AnyEvent) -> Offer {
        match self.room.acquire().await {
            Ok(room) => {
                room.forget();
                self.push_reserved(event)
            }
            Err(_) => Offer::Gone,
        }
    }

    /// Puts an event in for which room was taken.
    pub(super) fn push_reserved(&self, event: AnyEvent) -> Offer {
        let key = self.key_of(&event);
        let state = self.lock();
        if state.phase != Phase::Open {
            return Offer::Gone;
        }
        self.push(state, event, key, true)
    }

    /// Puts in an event from before, whatever room there is: what a topic retains is bounded by itself.
    pub(super) fn replay(&self, event: AnyEvent) {
        let key = self.key_of(&event);
        let _ = self.push(self.lock(), event, key, false);
    }

    fn push_by(&self, policy: OnFull, event: AnyEvent) -> Offer {
        let key = self.key_of(&event);
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return Offer::Gone;
        }
        if state.line.waiting() < self.shape.capacity {
            return self.push(state, event, key, true);
        }
        self.dropped.fetch_add(1, Ordering::Relaxed);
        match policy {
            OnFull::Reject => Offer::Rejected,
            OnFull::DropOldest => {
                let oldest = state.line.remove_oldest();
                let _ = self.push(state, event, key, true);
                oldest.map_or(Offer::Taken, Offer::Dropped)
            }
            _ => Offer::Dropped(event),
        }
    }

    /// Worked out without the lock, because it is a user's code that does it.
    fn key_of(&self, event: &AnyEvent) -> Option<KeyHash> {
        if self.shape.keyed { event.key_hash() } else { None }
    }

    fn push(
        &self,
        mut state: MutexGuard<'_, State>,
        event: AnyEvent,
        key: Option<KeyHash>,
        takes_room: bool,
    ) -> Offer {
        state.line.push(event, key, takes_room);
        let ready = state.line.has_ready();
        drop(state);
        if ready {
            self.arrivals.notify_one();
        }
        Offer::Taken
    }

    // Events going out.

    /// Takes the oldest event that may go.
    pub(super) fn take(&self) -> Next {
        let mut state = self.lock();
        let Some(entry) = state.line.take() else {
            let over =
                state.phase == Phase::Ended || (state.phase == Phase::Draining && state.line.is_idle());
            return if over { Next::Over } else { Next::Nothing };
        };
        let more = state.line.has_ready();
        drop(state);
        if more {
            self.arrivals.notify_one();
        }
        if self.takes_room(&entry) {
            self.release();
        }
        Next::Event(entry)
    }

    /// Reports events as handled and takes up to `most` others, the oldest first. They keep the room they take until it is
    /// [released](Self::release_many).
    pub(super) fn exchange(
        &self,
        handled: &mut Vec<Entry<AnyEvent>>,
        most: usize,
        taken: &mut VecDeque<Entry<AnyEvent>>,
    ) -> Taken {
        let mut state = self.lock();
        handled.iter().for_each(|entry| state.line.done(entry));
        let before = taken.len();
        taken.extend(std::iter::from_fn(|| state.line.take()).take(most));
        let closing = state.phase != Phase::Open;
        let over = state.phase == Phase::Ended || (closing && state.line.is_idle());
        let members = state.members;
        let more = state.line.has_ready() && members > 1;
        let idle = state.line.is_idle();
        drop(state);
        // Outside the lock: a user's `Drop` may run.
        handled.clear();
        if idle {
            self.quiet.notify_waiters();
        }
        if closing && over {
            self.wake_all();
        } else if more {
            self.arrivals.notify_one();
        }
        match taken.len() > before {
            true => Taken::Some { members },
            false if over => Taken::Over,
            false => Taken::Nothing,
        }
    }

    /// The next arrival of an event. Whoever gets it and takes nothing passes it on with [`announce`](Self::announce).
    pub(super) fn arrival(&self) -> Notified<'_> {
        self.arrivals.notified()
    }

    pub(super) fn announce(&self) {
        self.arrivals.notify_one();
    }

    /// Takes the oldest event that may go, as soon as there is one; `None` at the end, or once `given_up`.
    pub(super) async fn next(&self, given_up: impl Fn() -> bool) -> Option<Entry<AnyEvent>> {
        if !given_up()
            && let Next::Event(entry) = self.take()
        {
            return Some(entry);
        }
        loop {
            let mut arrival = std::pin::pin!(self.arrivals.notified());
            // From here on no arrival is missed.
            arrival.as_mut().enable();
            if given_up() {
                // The arrival may have been announced to this one only.
                self.arrivals.notify_one();
                return None;
            }
            match self.take() {
                Next::Event(entry) => return Some(entry),
                Next::Over => return None,
                Next::Nothing => arrival.await,
            }
        }
    }

    /// A taken event was handled, or given up.
    pub(super) fn done(&self, entry: Entry<AnyEvent>) -> AnyEvent {
        let mut state = self.lock();
        state.line.done(&entry);
        let ready = state.line.has_ready();
        let idle = state.line.is_idle();
        let over = state.phase != Phase::Open && idle;
        drop(state);
        if idle {
            self.quiet.notify_waiters();
        }
        if over {
            self.wake_all();
        } else if ready {
            self.arrivals.notify_one();
        }
        entry.item
    }

    /// A taken event was not handled: another member takes it. Without members it comes back. It takes no room.
    pub(super) fn put_back(&self, mut entry: Entry<AnyEvent>) -> Option<AnyEvent> {
        let mut state = self.lock();
        if state.phase == Phase::Ended {
            state.line.done(&entry);
            return Some(entry.item);
        }
        entry.takes_room = false;
        state.line.put_back(entry);
        drop(state);
        self.arrivals.notify_one();
        None
    }

    // Counts.

    pub(super) fn count_dropped(&self, events: usize) {
        self.dropped.fetch_add(events as u64, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn count_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
