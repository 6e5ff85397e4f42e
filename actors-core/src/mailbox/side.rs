//! What lies beside the user lane, under a lock: the express lanes, the line of waiting senders, items kept from dropping.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;

use super::Lane;

pub(super) struct Side<T> {
    next: VecDeque<T>,
    system: VecDeque<T>,
    /// Taken out once and put back.
    returned: VecDeque<T>,
    urgent: VecDeque<T>,
    /// Older than all in the blocks: passed over when the oldest had to go.
    kept: VecDeque<T>,
    line: BTreeMap<u64, Waiter<T>>,
    next_ticket: u64,
    closed: bool,
}

struct Waiter<T> {
    item: T,
    lane: Lane,
    waker: Waker,
}

/// A waiting sender that left the line.
pub(super) struct Admitted<T> {
    pub(super) ticket: u64,
    pub(super) item: T,
    pub(super) lane: Lane,
    pub(super) waker: Waker,
}

impl<T> Side<T> {
    pub(super) fn new() -> Self {
        Self {
            next: VecDeque::new(),
            system: VecDeque::new(),
            returned: VecDeque::new(),
            urgent: VecDeque::new(),
            kept: VecDeque::new(),
            line: BTreeMap::new(),
            next_ticket: 0,
            closed: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn push(&mut self, item: T, lane: Lane) {
        match lane {
            Lane::First => self.next.push_front(item),
            Lane::Next => self.next.push_back(item),
            Lane::System => self.system.push_back(item),
            Lane::Urgent | Lane::User => self.urgent.push_back(item),
        }
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        let lanes = [&mut self.next, &mut self.system, &mut self.returned, &mut self.urgent];
        lanes.into_iter().find_map(VecDeque::pop_front)
    }

    pub(super) fn pop_system(&mut self) -> Option<T> {
        self.system.pop_front()
    }

    pub(super) fn has_system(&self) -> bool {
        !self.system.is_empty()
    }

    pub(super) fn has_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    pub(super) fn user_items(&self) -> usize {
        self.returned.len() + self.urgent.len() + self.kept.len()
    }

    pub(super) fn put_back_first(&mut self, mut items: VecDeque<T>) {
        items.append(&mut self.returned);
        self.returned = items;
    }

    pub(super) fn keep(&mut self, item: T) {
        self.kept.push_back(item);
    }

    pub(super) fn pop_kept(&mut self) -> Option<T> {
        self.kept.pop_front()
    }

    /// Closes for good and returns whom to tell: the senders that wait.
    pub(super) fn close(&mut self) -> Vec<Waker> {
        self.closed = true;
        self.line.values().map(|waiter| waiter.waker.clone()).collect()
    }

    /// Takes out all items, in the order they would have been popped.
    pub(super) fn take_items(&mut self) -> Vec<T> {
        let lanes = [&mut self.next, &mut self.system, &mut self.returned, &mut self.urgent, &mut self.kept];
        lanes.into_iter().flat_map(std::mem::take).collect()
    }

    // The line.

    pub(super) fn has_waiting(&self) -> bool {
        !self.line.is_empty()
    }

    pub(super) fn join(&mut self, item: T, lane: Lane, waker: &Waker) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.line.insert(ticket, Waiter { item, lane, waker: waker.clone() });
        ticket
    }

    /// Whether the place is still taken; if so its waker is brought up to date.
    pub(super) fn keep_place(&mut self, ticket: u64, waker: &Waker) -> bool {
        let Some(waiter) = self.line.get_mut(&ticket) else { return false };
        waiter.waker.clone_from(waker);
        true
    }

    pub(super) fn leave(&mut self, ticket: u64) -> Option<T> {
        self.line.remove(&ticket).map(|waiter| waiter.item)
    }

    pub(super) fn first_waiting(&mut self) -> Option<Admitted<T>> {
        if self.closed {
            return None;
        }
        let (ticket, Waiter { item, lane, waker }) = self.line.pop_first()?;
        Some(Admitted { ticket, item, lane, waker })
    }

    pub(super) fn put_back(&mut self, ticket: u64, item: T, lane: Lane, waker: Waker) {
        self.line.insert(ticket, Waiter { item, lane, waker });
    }
}
