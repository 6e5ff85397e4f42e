//! Waiting for room, first come, first served.

use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::inbox::{Inbox, Item, Lane, Offer};

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
