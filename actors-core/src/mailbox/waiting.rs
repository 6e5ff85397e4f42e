//! Waiting for room, first come, first served.

use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{Inbox, Item, Lane, Offer};
use crate::sync::atomic::{Ordering, fence};

/// A sender that waits for room in a full mailbox.
///
/// `O` is whatever keeps the inbox alive meanwhile. Dropping it gives up the place and drops the item, unless the item
/// was already let in.
pub(crate) struct Entrance<O, T>
where
    O: Deref<Target: AsRef<Inbox<T>>> + Unpin,
    T: Item,
{
    owner: O,
    place: Place<T>,
}

enum Place<T> {
    Outside(T, Lane),
    InLine(u64),
    Left,
}

impl<O, T> Entrance<O, T>
where
    O: Deref<Target: AsRef<Inbox<T>>> + Unpin,
    T: Item,
{
    pub(crate) fn new(owner: O, item: T, lane: Lane) -> Self {
        Self { owner, place: Place::Outside(item, lane) }
    }
}

impl<O, T> Future for Entrance<O, T>
where
    O: Deref<Target: AsRef<Inbox<T>>> + Unpin,
    T: Item + Unpin,
{
    type Output = Offer<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Offer<T>> {
        let this = self.get_mut();
        let inbox: &Inbox<T> = (*this.owner).as_ref();
        match std::mem::replace(&mut this.place, Place::Left) {
            Place::Outside(item, lane) => match inbox.join_line(item, lane, cx.waker()) {
                Ok(ticket) => {
                    this.place = Place::InLine(ticket);
                    Poll::Pending
                }
                Err(offer) => Poll::Ready(offer),
            },
            Place::InLine(ticket) => match inbox.poll_line(ticket, cx.waker()) {
                Poll::Ready(offer) => Poll::Ready(offer),
                Poll::Pending => {
                    this.place = Place::InLine(ticket);
                    Poll::Pending
                }
            },
            Place::Left => panic!("polled after it was ready"),
        }
    }
}

impl<O, T> Drop for Entrance<O, T>
where
    O: Deref<Target: AsRef<Inbox<T>>> + Unpin,
    T: Item,
{
    fn drop(&mut self) {
        if let Place::InLine(ticket) = self.place {
            drop((*self.owner).as_ref().leave_line(ticket));
        }
    }
}

impl<T: Item> Inbox<T> {
    /// Queues the item or takes a place in the line of waiting senders.
    ///
    /// Returns the ticket of the place, or what became of the item if it need not wait.
    fn join_line(&self, item: T, lane: Lane, waker: &Waker) -> Result<u64, Offer<T>> {
        let mut side = self.open_side();
        if self.is_closed(&side) {
            return Err(Offer::Closed(item));
        }
        self.add_to(&self.waiting, 1);
        fence(Ordering::SeqCst);
        if self.has_room(&side) && !side.has_waiting() {
            self.take_from(&self.waiting);
            let appended = self.append_beside(&mut side, item, lane);
            return Err(appended.map_or_else(Offer::Closed, |()| Offer::Queued));
        }
        Ok(side.join(item, lane, waker))
    }

    /// Whether the sender with this ticket may go on: its item is in the queue, or comes back because that closed.
    fn poll_line(&self, ticket: u64, waker: &Waker) -> Poll<Offer<T>> {
        let mut side = self.open_side();
        if !side.is_closed() {
            return if side.keep_place(ticket, waker) { Poll::Pending } else { Poll::Ready(Offer::Queued) };
        }
        let left = side.leave(ticket);
        drop(side);
        Poll::Ready(match left {
            Some(item) => {
                self.take_from(&self.waiting);
                Offer::Closed(item)
            }
            None => Offer::Queued,
        })
    }

    /// Gives up a place in the line; the item comes back unless it was already moved into the queue.
    fn leave_line(&self, ticket: u64) -> Option<T> {
        let item = self.open_side().leave(ticket)?;
        self.take_from(&self.waiting);
        Some(item)
    }
}
