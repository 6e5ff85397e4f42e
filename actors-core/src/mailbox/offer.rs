//! The producers' side of a mailbox: the bound, and what happens at it.
#![allow(unsafe_code, reason = "where the oldest is dropped, a producer takes it out of the blocks")]

use std::collections::VecDeque;

use super::blocks::Refused;
use super::inbox::Inbox;
use super::side::Side;
use super::{Item, Lane, Offer, OnFull};
use crate::sync::atomic::Ordering;

impl<T: Item> Inbox<T> {
    /// Appends without regard to the bound; gives the item back if the queue is closed.
    pub(crate) fn force(&self, item: T, lane: Lane) -> Result<(), T> {
        match lane {
            Lane::User => self.append(item, |_| true).map_err(Refused::into_item)?,
            lane => {
                let mut side = self.open_side();
                if self.is_closed(&side) {
                    return Err(item);
                }
                self.append_beside(&mut side, item, lane)?;
            }
        }
        Ok(())
    }

    /// Puts items back that the consumer took out, before all that users have sent since, in their order.
    ///
    /// For the consumer, who also takes them out again if the queue is closed already.
    pub(crate) fn put_back(&self, items: VecDeque<T>) {
        let mut side = self.open_side();
        let count = u32::try_from(items.len()).expect("fewer items than the side can count");
        self.add_to(&self.beside, count);
        side.put_back_first(items);
    }

    /// Appends an item to the user lane if that takes no thought: there is room, nobody waits for it, and nobody else pushes
    /// at the moment. It is sealed in its place, which must not panic. What comes back is to be [offered](Self::offer).
    #[inline(always)]
    pub(crate) fn push<C>(&self, content: C, seal: impl FnOnce(C) -> T) -> Result<(), C> {
        // With anything beside the blocks it takes thought: urgent messages count in the bound too.
        let admits =
            |pushed| self.bound == usize::MAX || self.queued(pushed) < self.bound && !self.is_crowded();
        self.blocks.push_at_once(content, seal, admits)
    }

    fn admits(&self, pushed: usize) -> bool {
        self.queued(pushed) < self.bound
            && self.waiting.load(Ordering::Relaxed) == 0
            && (self.beside.load(Ordering::Relaxed) == 0 || self.len() < self.bound)
    }

    /// Appends an item under the bound and its policy, without waiting.
    pub(crate) fn offer(&self, item: T, lane: Lane) -> Offer<T> {
        if lane != Lane::User || self.on_full == OnFull::DropOldest {
            return self.offer_beside(item, lane);
        }
        match self.append(item, |pushed| self.bound == usize::MAX || self.admits(pushed)) {
            Ok(()) => Offer::Queued,
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
            // Closed just now: whoever closes waits for the side, and finds there what need not have gone.
            displaced.into_iter().for_each(|oldest| side.keep(oldest));
            return Offer::Closed(item);
        }
        displaced.map_or(Offer::Queued, Offer::Displaced)
    }

    /// Appends an item while the side is locked.
    pub(super) fn append_beside(&self, side: &mut Side<T>, item: T, lane: Lane) -> Result<(), T> {
        if lane == Lane::User {
            return self.append(item, |_| true).map_err(Refused::into_item);
        }
        side.push(item, lane);
        self.add_to(&self.beside, 1);
        Ok(())
    }

    /// Takes the oldest item that may be dropped; those before it keep their order in the side.
    fn take_oldest(&self, side: &mut Side<T>) -> Option<T> {
        debug_assert!(self.on_full == OnFull::DropOldest, "only then does the consumer take the lock too");
        // SAFETY: the side is locked, and the consumer locks it too where producers drop the oldest.
        while let Some(oldest) = unsafe { self.pop_block() } {
            // SAFETY: as above.
            unsafe { self.publish_taken() };
            if oldest.is_droppable() {
                return Some(oldest);
            }
            side.keep(oldest);
        }
        None
    }
}
