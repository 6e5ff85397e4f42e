//! The queue of one actor: three lanes, one bound, one consumer.

use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use super::blocks::{Blocks, Refused};
use super::side::Side;
use super::{Mailbox, OnFull};
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use crate::sync::{Lock, LockGuard};

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

/// A multi-producer single-consumer queue with a bound on what users send.
///
/// The user lane is [`Blocks`]; everything rarer lies beside it under a lock ([`Side`]), made when first used.
///
/// Wake-up: a producer (1) appends its item, (2) swaps `idle` for false and wakes the consumer if it was set. The consumer
/// (1) finds nothing, (2) swaps `idle` for true, (3) looks once more, (4) parks. The swaps have an order: if the
/// producer's comes second it sees the flag, if the consumer's does it sees everything the producer had done.
///
/// Room: producers compare what was pushed with what the consumer last said it had taken. It says so now and then, and
/// always before it waits for anything. Senders that wait leave their item in the side's line; the consumer moves the
/// first ones in when it says how far it is. A sender (1) announces itself in `waiting`, (2) looks for room once more;
/// the consumer (1) publishes, (2) looks at `waiting`. A fence between the two steps on either side makes one of them see
/// the other.
pub(crate) struct Inbox<T> {
    blocks: Blocks<T>,
    bound: usize,
    on_full: OnFull,
    /// How many items the consumer takes before it says so.
    stride: usize,
    /// Taken by the consumer so far; written by it alone (or, where producers drop the oldest, under the side's lock).
    taken: AtomicUsize,
    /// What the consumer last said of `taken`.
    published: AtomicUsize,
    idle: AtomicBool,
    /// Senders in the side's line.
    waiting: AtomicUsize,
    /// Items in the side's lanes.
    express: AtomicUsize,
    side: OnceLock<Box<Lock<Side<T>>>>,
    /// The consumer's waker. A task's waker never changes, so it is stored once.
    consumer: OnceLock<Waker>,
}

/// The right to take items out. There is one for each inbox.
#[derive(Debug)]
pub(crate) struct Outlet {
    inbox: usize,
}

/// The most items the consumer takes before it says so. More would delay waiting senders, less costs a shared write more often.
const LONGEST_STRIDE: usize = 64;

impl<T> Inbox<T> {
    pub(crate) fn new(shape: Mailbox) -> Self {
        let bound = shape.bound().unwrap_or(usize::MAX);
        Self {
            blocks: Blocks::new(),
            bound,
            on_full: shape.policy(),
            stride: (bound / 16).clamp(1, LONGEST_STRIDE),
            taken: AtomicUsize::new(0),
            published: AtomicUsize::new(0),
            idle: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            express: AtomicUsize::new(0),
            side: OnceLock::new(),
            consumer: OnceLock::new(),
        }
    }

    /// The outlet; to be asked for once, when the inbox has its place in memory.
    pub(crate) fn outlet(&self) -> Outlet {
        Outlet { inbox: std::ptr::from_ref(self).addr() }
    }

    pub(crate) fn policy(&self) -> OnFull {
        self.on_full
    }

    /// User and urgent messages in the queue; senders that wait are not counted.
    pub(crate) fn len(&self) -> usize {
        self.queued(self.blocks.pushed()) + self.side.get().map_or(0, |side| side.lock().user_items())
    }

    /// Appends without regard to the bound; gives the item back if the queue is closed.
    pub(crate) fn force(&self, item: T, lane: Lane) -> Result<(), T> {
        match lane {
            Lane::User => self.blocks.push_if(item, |_| true).map_err(Refused::into_item)?,
            lane => {
                let mut side = self.open_side();
                if self.is_closed(&side) {
                    return Err(item);
                }
                side.push(item, lane);
                self.express.fetch_add(1, Ordering::AcqRel);
            }
        }
        self.wake_if_idle();
        Ok(())
    }

    /// Remembers whom to wake. Must come before the consumer first waits.
    pub(crate) fn remember_consumer(&self, waker: &Waker) {
        let known = self.consumer.get_or_init(|| waker.clone());
        debug_assert!(known.will_wake(waker), "a mailbox is consumed by one task");
    }

    /// Takes the next item, or notes that the consumer waits for one.
    #[inline]
    pub(crate) fn poll_pop(&self, outlet: &mut Outlet, cx: &mut Context<'_>) -> Poll<T> {
        if let Some(item) = self.try_pop(outlet) {
            let taken = self.taken.load(Ordering::Relaxed);
            if taken.wrapping_sub(self.published.load(Ordering::Relaxed)) >= self.stride {
                self.publish();
            }
            return Poll::Ready(item);
        }
        self.remember_consumer(cx.waker());
        self.publish();
        self.idle.swap(true, Ordering::AcqRel);
        match self.try_pop(outlet) {
            Some(item) => {
                // A swap too: a plain store would cut the chain through which a producer's swap is seen.
                self.idle.swap(false, Ordering::AcqRel);
                Poll::Ready(item)
            }
            None => Poll::Pending,
        }
    }

    /// Takes the next item.
    #[inline]
    pub(crate) fn try_pop(&self, outlet: &mut Outlet) -> Option<T> {
        assert_eq!(outlet.inbox, std::ptr::from_ref(self).addr(), "each inbox has its own outlet");
        if self.express.load(Ordering::Acquire) > 0
            && let Some(item) = self.pop_express()
        {
            return Some(item);
        }
        if self.on_full == OnFull::DropOldest {
            return self.pop_among_droppers();
        }
        self.pop_block()
    }

    /// Says how far the consumer is, and lets senders in that waited for it. To be called before it waits for anything
    /// else than the queue.
    pub(crate) fn publish(&self) {
        let taken = self.taken.load(Ordering::Relaxed);
        if self.published.load(Ordering::Relaxed) != taken {
            self.published.store(taken, Ordering::Release);
        }
        if self.on_full == OnFull::Wait {
            fence(Ordering::SeqCst);
            if self.waiting.load(Ordering::Relaxed) > 0 {
                self.admit_waiting();
            }
        }
    }

    /// Wakes the consumer although nothing was queued: something beside the queue has changed.
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.consumer.get() {
            waker.wake_by_ref();
        }
    }

    /// Takes what is left in the queue, oldest first, and refuses everything from now on.
    pub(crate) fn close(&self, outlet: &mut Outlet) -> Vec<T> {
        let total = self.blocks.close();
        // Whoever makes the side from now on sees that the blocks are closed; one made before is seen here.
        fence(Ordering::SeqCst);
        let mut left = Vec::new();
        if let Some(side) = self.side.get() {
            let wakers = {
                let mut side = side.lock();
                left = side.take_items();
                side.close()
            };
            wakers.into_iter().for_each(Waker::wake);
        }
        let mut attempts = 0;
        while self.taken.load(Ordering::Relaxed) < total {
            match self.try_pop(outlet) {
                Some(item) => left.push(item),
                // A producer has its position and is about to write.
                None => crate::sync::relax(&mut attempts),
            }
        }
        left
    }

    /// Takes what is queued now, oldest first, and stays open. Senders that wait go on waiting.
    pub(crate) fn drain(&self, outlet: &mut Outlet) -> Vec<T> {
        std::iter::from_fn(|| self.try_pop(outlet)).collect()
    }

    /// Locks the side, and makes it before if need be.
    fn open_side(&self) -> LockGuard<'_, Side<T>> {
        let side = self.side.get_or_init(|| Box::new(Lock::new(Side::new())));
        // Pairs with the fence of `close`.
        fence(Ordering::SeqCst);
        side.lock()
    }

    fn is_closed(&self, side: &Side<T>) -> bool {
        side.is_closed() || self.blocks.is_closed()
    }

    #[inline]
    fn wake_if_idle(&self) {
        if self.idle.swap(false, Ordering::AcqRel) {
            self.wake();
        }
    }

    fn queued(&self, pushed: usize) -> usize {
        // The two are read one after another, so the second may have overtaken the first.
        pushed.saturating_sub(self.published.load(Ordering::Acquire))
    }

    #[inline]
    #[allow(unsafe_code, reason = "the one place where items leave the blocks")]
    fn pop_block(&self) -> Option<T> {
        // SAFETY: called by the holder of the outlet, or under the side's lock where producers drop the oldest (and the
        // outlet's holder takes the lock too).
        let item = unsafe { self.blocks.pop() }?;
        self.taken.store(self.taken.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        Some(item)
    }

    #[cold]
    fn pop_express(&self) -> Option<T> {
        let item = self.open_side().pop()?;
        self.express.fetch_sub(1, Ordering::AcqRel);
        Some(item)
    }

    #[cold]
    fn pop_among_droppers(&self) -> Option<T> {
        let mut side = self.open_side();
        let item = side.pop_kept().or_else(|| self.pop_block());
        self.published.store(self.taken.load(Ordering::Relaxed), Ordering::Release);
        item
    }

    #[cold]
    fn admit_waiting(&self) {
        let mut admitted = Vec::new();
        {
            let mut side = self.open_side();
            while self.has_room(&side) {
                let Some(waiter) = side.first_waiting() else { break };
                if waiter.lane == Lane::User {
                    if let Err(refused) = self.blocks.push_if(waiter.item, |_| true) {
                        side.put_back(waiter.ticket, refused.into_item(), waiter.lane, waiter.waker);
                        break;
                    }
                } else {
                    side.push(waiter.item, waiter.lane);
                    self.express.fetch_add(1, Ordering::AcqRel);
                }
                self.waiting.fetch_sub(1, Ordering::AcqRel);
                admitted.push(waiter.waker);
            }
        }
        admitted.into_iter().for_each(Waker::wake);
    }

    fn has_room(&self, side: &Side<T>) -> bool {
        self.queued(self.blocks.pushed()) + side.user_items() < self.bound
    }
}

impl<T: Item> Inbox<T> {
    /// Appends an item under the bound and its policy, without waiting.
    #[inline]
    pub(crate) fn offer(&self, item: T, lane: Lane) -> Offer<T> {
        if lane != Lane::User || self.on_full == OnFull::DropOldest {
            return self.offer_beside(item, lane);
        }
        let admits = |pushed| {
            self.bound == usize::MAX
                || (self.queued(pushed) < self.bound && self.waiting.load(Ordering::Relaxed) == 0)
        };
        match self.blocks.push_if(item, admits) {
            Ok(()) => {
                self.wake_if_idle();
                Offer::Queued
            }
            Err(Refused::Closed(item)) => Offer::Closed(item),
            Err(Refused::NotAdmitted(item)) if self.on_full == OnFull::DropNewest => Offer::Discarded(item),
            Err(Refused::NotAdmitted(item)) => Offer::Full(item),
        }
    }

    /// The way of urgent items, and of all where the oldest may have to go.
    #[cold]
    fn offer_beside(&self, item: T, lane: Lane) -> Offer<T> {
        let mut side = self.open_side();
        if self.is_closed(&side) {
            return Offer::Closed(item);
        }
        let mut displaced = None;
        if !self.has_room(&side) || side.has_waiting() {
            match self.on_full {
                OnFull::Wait | OnFull::Reject => return Offer::Full(item),
                OnFull::DropNewest => return Offer::Discarded(item),
                OnFull::DropOldest => match self.take_oldest(&mut side) {
                    None => return Offer::Discarded(item),
                    oldest => displaced = oldest,
                },
            }
        }
        if let Err(item) = self.append_beside(&mut side, item, lane) {
            return Offer::Closed(item);
        }
        drop(side);
        self.wake_if_idle();
        displaced.map_or(Offer::Queued, Offer::Displaced)
    }

    fn append_beside(&self, side: &mut Side<T>, item: T, lane: Lane) -> Result<(), T> {
        if lane == Lane::User {
            return self.blocks.push_if(item, |_| true).map_err(Refused::into_item);
        }
        side.push(item, lane);
        self.express.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Takes the oldest item that may be dropped; those before it keep their order in the side.
    fn take_oldest(&self, side: &mut Side<T>) -> Option<T> {
        while let Some(oldest) = self.pop_block() {
            self.published.store(self.taken.load(Ordering::Relaxed), Ordering::Release);
            if oldest.is_droppable() {
                return Some(oldest);
            }
            side.keep(oldest);
        }
        None
    }

    /// Queues the item or takes a place in the line of waiting senders.
    ///
    /// Returns the ticket of the place, or what became of the item if it need not wait.
    pub(super) fn join_line(&self, item: T, lane: Lane, waker: &Waker) -> Result<u64, Offer<T>> {
        let mut side = self.open_side();
        if self.is_closed(&side) {
            return Err(Offer::Closed(item));
        }
        self.waiting.fetch_add(1, Ordering::AcqRel);
        fence(Ordering::SeqCst);
        if self.has_room(&side) && !side.has_waiting() {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            let appended = self.append_beside(&mut side, item, lane);
            drop(side);
            self.wake_if_idle();
            return Err(appended.map_or_else(Offer::Closed, |()| Offer::Queued));
        }
        Ok(side.join(item, lane, waker))
    }

    /// Whether the sender with this ticket may go on: its item is in the queue, or comes back because that closed.
    pub(super) fn poll_line(&self, ticket: u64, waker: &Waker) -> Poll<Offer<T>> {
        let mut side = self.open_side();
        if !side.is_closed() {
            return if side.keep_place(ticket, waker) { Poll::Pending } else { Poll::Ready(Offer::Queued) };
        }
        let left = side.leave(ticket);
        drop(side);
        Poll::Ready(match left {
            Some(item) => {
                self.waiting.fetch_sub(1, Ordering::AcqRel);
                Offer::Closed(item)
            }
            None => Offer::Queued,
        })
    }

    /// Gives up a place in the line; the item comes back unless it was already moved into the queue.
    pub(super) fn leave_line(&self, ticket: u64) -> Option<T> {
        let item = self.open_side().leave(ticket)?;
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        Some(item)
    }
}
