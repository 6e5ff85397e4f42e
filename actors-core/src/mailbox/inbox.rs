//! The queue of one actor: three lanes, one bound, one consumer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use super::{Mailbox, OnFull};

/// What a mailbox holds.
pub(crate) trait Item {
    /// Whether `OnFull::DropOldest` may sacrifice it: a user's message, not a stop marker or a timer's tick.
    fn is_droppable(&self) -> bool;
}

/// The order in which the consumer looks: all of `System` before any of `Urgent` before any of `User`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    System,
    Urgent,
    User,
}

/// What became of an offered item.
#[derive(Debug)]
#[must_use]
pub(crate) enum Offer<T> {
    Queued,
    /// Queued in place of the oldest one, which comes back.
    Displaced(T),
    /// Dropped by policy: the item itself comes back, the sender is told nothing.
    Discarded(T),
    Full(T),
    Closed(T),
}

/// A multi-producer single-consumer queue with a bound on its user lane.
///
/// Protocol: a producer locks, appends and, if the consumer had found nothing, wakes it. The consumer finds nothing and
/// says so under the same lock, so no wake-up is lost. Senders that wait leave their item with the queue; the consumer
/// moves the first of them in for each item it takes out. Closing wakes them; they take their items back.
pub(crate) struct Inbox<T> {
    shape: Mailbox,
    state: Mutex<State<T>>,
    /// The consumer's waker. A task's waker never changes, so it is stored once.
    consumer: OnceLock<Waker>,
}

struct State<T> {
    system: VecDeque<T>,
    urgent: VecDeque<T>,
    user: VecDeque<T>,
    waiting: BTreeMap<u64, Waiter<T>>,
    next_ticket: u64,
    idle: bool,
    closed: bool,
}

struct Waiter<T> {
    item: T,
    lane: Lane,
    waker: Waker,
}

impl<T> Inbox<T> {
    pub(crate) fn new(shape: Mailbox) -> Self {
        let state = State {
            system: VecDeque::new(),
            urgent: VecDeque::new(),
            user: VecDeque::new(),
            waiting: BTreeMap::new(),
            next_ticket: 0,
            idle: false,
            closed: false,
        };
        Self { shape, state: Mutex::new(state), consumer: OnceLock::new() }
    }

    pub(crate) fn shape(&self) -> Mailbox {
        self.shape
    }

    /// User and urgent messages in the queue; senders that wait are not counted.
    pub(crate) fn len(&self) -> usize {
        let state = self.lock();
        state.user.len() + state.urgent.len()
    }

    /// Appends without regard to the bound; gives the item back if the queue is closed.
    pub(crate) fn force(&self, item: T, lane: Lane) -> Result<(), T> {
        let mut state = self.lock();
        if state.closed {
            return Err(item);
        }
        state.append(item, lane);
        self.wake_consumer(state);
        Ok(())
    }

    /// Remembers whom to wake. Must come before the consumer first waits.
    pub(crate) fn remember_consumer(&self, waker: &Waker) {
        let known = self.consumer.get_or_init(|| waker.clone());
        debug_assert!(known.will_wake(waker), "a mailbox is consumed by one task");
    }

    /// Takes the next item, or notes that the consumer waits for one.
    pub(crate) fn poll_pop(&self, cx: &mut Context<'_>) -> Poll<T> {
        self.remember_consumer(cx.waker());
        match self.try_pop() {
            Some(item) => Poll::Ready(item),
            None => Poll::Pending,
        }
    }

    /// Takes the next item; without one the next item or [`Inbox::wake`] wakes the consumer.
    pub(crate) fn try_pop(&self) -> Option<T> {
        let mut state = self.lock();
        let item =
            state.system.pop_front().or_else(|| state.urgent.pop_front()).or_else(|| state.user.pop_front());
        let admitted = state.admit_waiting(self.shape.bound());
        state.idle = item.is_none();
        drop(state);
        if let Some(waker) = admitted {
            waker.wake();
        }
        item
    }

    /// Wakes the consumer although nothing was queued: something beside the queue has changed.
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.consumer.get() {
            waker.wake_by_ref();
        }
    }

    /// Takes what is left in the queue, oldest first, and refuses everything from now on.
    pub(crate) fn close(&self) -> Vec<T> {
        let mut state = self.lock();
        state.closed = true;
        let state = &mut *state;
        let left = state.system.drain(..).chain(state.urgent.drain(..)).chain(state.user.drain(..)).collect();
        // An actor that ended keeps no buffer: references to it may live on.
        (state.system, state.urgent, state.user) = Default::default();
        for waiter in state.waiting.values() {
            waiter.waker.wake_by_ref();
        }
        left
    }

    /// Takes what is queued now, oldest first, and stays open.
    pub(crate) fn drain(&self) -> Vec<T> {
        let mut state = self.lock();
        let state = &mut *state;
        state.urgent.drain(..).chain(state.user.drain(..)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing under the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_consumer(&self, mut state: MutexGuard<'_, State<T>>) {
        let was_idle = std::mem::take(&mut state.idle);
        drop(state);
        if was_idle {
            self.wake();
        }
    }
}

impl<T: Item> Inbox<T> {
    /// Appends an item under the bound and its policy, without waiting.
    pub(crate) fn offer(&self, item: T, lane: Lane) -> Offer<T> {
        let mut state = self.lock();
        if state.closed {
            return Offer::Closed(item);
        }
        if state.has_room(self.shape.bound()) {
            state.append(item, lane);
            self.wake_consumer(state);
            return Offer::Queued;
        }
        match self.shape.policy() {
            OnFull::Wait | OnFull::Reject => Offer::Full(item),
            OnFull::DropNewest => Offer::Discarded(item),
            OnFull::DropOldest => {
                let oldest = state.user.iter().position(T::is_droppable);
                let Some(oldest) = oldest.and_then(|at| state.user.remove(at)) else {
                    return Offer::Discarded(item);
                };
                state.append(item, lane);
                self.wake_consumer(state);
                Offer::Displaced(oldest)
            }
        }
    }

    /// Queues the item or takes a place in the line of waiting senders.
    ///
    /// Returns the ticket of the place, or what became of the item if it need not wait.
    pub(super) fn join_line(&self, item: T, lane: Lane, waker: &Waker) -> Result<u64, Offer<T>> {
        let mut state = self.lock();
        if state.closed {
            return Err(Offer::Closed(item));
        }
        if state.has_room(self.shape.bound()) {
            state.append(item, lane);
            self.wake_consumer(state);
            return Err(Offer::Queued);
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.insert(ticket, Waiter { item, lane, waker: waker.clone() });
        Ok(ticket)
    }

    /// Whether the sender with this ticket may go on: its item is in the queue, or comes back because that closed.
    pub(super) fn poll_line(&self, ticket: u64, waker: &Waker) -> Poll<Offer<T>> {
        let mut state = self.lock();
        let closed = state.closed;
        let Some(waiter) = state.waiting.get_mut(&ticket) else {
            return Poll::Ready(Offer::Queued);
        };
        if !closed {
            waiter.waker.clone_from(waker);
            return Poll::Pending;
        }
        match state.waiting.remove(&ticket) {
            Some(waiter) => Poll::Ready(Offer::Closed(waiter.item)),
            None => Poll::Ready(Offer::Queued),
        }
    }

    /// Gives up a place in the line; the item comes back unless it was already moved into the queue.
    pub(super) fn leave_line(&self, ticket: u64) -> Option<T> {
        self.lock().waiting.remove(&ticket).map(|waiter| waiter.item)
    }
}

impl<T> State<T> {
    fn append(&mut self, item: T, lane: Lane) {
        match lane {
            Lane::System => self.system.push_back(item),
            Lane::Urgent => self.urgent.push_back(item),
            Lane::User => self.user.push_back(item),
        }
    }

    /// Room is what the bound leaves, and nobody who came earlier waits for it.
    fn has_room(&self, bound: Option<usize>) -> bool {
        bound.is_none_or(|bound| self.waiting.is_empty() && self.user.len() + self.urgent.len() < bound)
    }

    fn admit_waiting(&mut self, bound: Option<usize>) -> Option<Waker> {
        let bound = bound?;
        if self.closed || self.waiting.is_empty() || self.user.len() + self.urgent.len() >= bound {
            return None;
        }
        let (_, waiter) = self.waiting.pop_first()?;
        self.append(waiter.item, waiter.lane);
        Some(waiter.waker)
    }
}
