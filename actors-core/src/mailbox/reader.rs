//! The consumer's side of a mailbox.
#![allow(unsafe_code, reason = "the one place where items leave the blocks")]

use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::task::Waker;

use super::inbox::{Inbox, LOCKED};
use super::{Item, Lane, OnFull};
use crate::sync::atomic::{Ordering, fence};

/// Takes items out; made for one turn of the consumer.
pub(crate) struct Reader<'a, T: Item> {
    inbox: &'a Inbox<T>,
    /// Nobody else reads meanwhile.
    outlet: PhantomData<&'a mut ()>,
    /// How many more items are taken before the consumer says how far it is.
    unsaid: u8,
    /// Where an item lies that did not come from the blocks.
    aside: MaybeUninit<T::Rest>,
}

/// The item whose turn it is, where it lies.
pub(crate) struct Front<'a, T: Item> {
    word: NonNull<()>,
    rest: *const T::Rest,
    /// The reader moves on only when this is gone.
    reader: PhantomData<&'a mut T>,
}

impl<T: Item> Inbox<T> {
    /// Takes the oldest item of the blocks.
    ///
    /// # Safety
    ///
    /// Called by the holder of the outlet, or under the side's lock where producers drop the oldest; the outlet's holder
    /// takes the lock too there.
    pub(super) unsafe fn pop_block(&self) -> Option<T> {
        // SAFETY: as the caller promises.
        unsafe { self.head().pop(&self.read_block) }
    }

    /// How many items have left the blocks.
    ///
    /// # Safety
    ///
    /// As for [`pop_block`](Self::pop_block).
    pub(super) unsafe fn publish_taken(&self) {
        // SAFETY: as the caller promises.
        self.published.store(unsafe { self.head() }.taken(), Ordering::Release);
    }

    #[cold]
    fn admit_waiting(&self) {
        let mut admitted = Vec::new();
        {
            let mut side = self.open_side();
            while self.has_room(&side) {
                let Some(waiter) = side.first_waiting() else { break };
                if waiter.lane == Lane::User {
                    if let Err(refused) = self.append(waiter.item, |_| true) {
                        side.put_back(waiter.ticket, refused.into_item(), waiter.lane, waiter.waker);
                        break;
                    }
                } else {
                    side.push(waiter.item, waiter.lane);
                    self.add_to(&self.beside, 1);
                }
                self.take_from(&self.waiting);
                admitted.push(waiter.waker);
            }
        }
        admitted.into_iter().for_each(Waker::wake);
    }
}

impl<'a, T: Item> Reader<'a, T> {
    /// For the outlet, which lends it.
    #[inline]
    pub(super) fn of(inbox: &'a Inbox<T>) -> Self {
        Reader { inbox, outlet: PhantomData, unsaid: inbox.stride, aside: MaybeUninit::uninit() }
    }
}

impl<T: Item> Reader<'_, T> {
    /// The next item. Without one the consumer has said how far it is, and may [rest](super::Outlet::rest).
    #[inline]
    pub(crate) fn next_front(&mut self) -> Option<Front<'_, T>> {
        let Some((word, rest)) = self.advance() else {
            self.publish();
            return None;
        };
        self.unsaid -= 1;
        if self.unsaid == 0 {
            self.publish();
        }
        Some(Front { word, rest, reader: PhantomData })
    }

    /// As [`next_front`](Self::next_front), for the system lane alone: whatever else is there waits. It calls for the consumer
    /// all the same when it comes.
    #[cold]
    pub(crate) fn next_system(&mut self) -> Option<Front<'_, T>> {
        let Some((word, rest)) = self.pop_system().map(T::split) else {
            self.publish();
            return None;
        };
        Some(Front { word, rest: self.aside.write(rest), reader: PhantomData })
    }

    fn pop_system(&mut self) -> Option<T> {
        if self.inbox.beside.load(Ordering::Acquire) & !LOCKED == 0 {
            return None;
        }
        let item = self.inbox.open_side().pop_system()?;
        self.inbox.take_from(&self.inbox.beside);
        Some(item)
    }

    /// Takes the next item.
    pub(crate) fn try_pop(&mut self) -> Option<T> {
        let (word, rest) = self.advance()?;
        Some(Front { word, rest, reader: PhantomData }.take())
    }

    /// Takes the next item; it stays where it is until this is called again.
    #[inline]
    fn advance(&mut self) -> Option<(NonNull<()>, *const T::Rest)> {
        if self.inbox.beside.load(Ordering::Acquire) != 0 {
            let (word, rest) = self.pop_beside()?.split();
            return Some((word, self.aside.write(rest)));
        }
        // SAFETY: this is the outlet's holder, and producers take nothing. A front is gone when the reader goes on.
        unsafe { self.inbox.head().pop_in_place(&self.inbox.read_block) }
    }

    /// Takes the next item where some lie beside the blocks, or may.
    #[cold]
    fn pop_beside(&mut self) -> Option<T> {
        let mut side = self.inbox.open_side();
        if let Some(item) = side.pop() {
            self.inbox.take_from(&self.inbox.beside);
            return Some(item);
        }
        // SAFETY: this is the outlet's holder, and the side is locked.
        let item = side.pop_kept().or_else(|| unsafe { self.inbox.pop_block() });
        if self.inbox.beside.load(Ordering::Relaxed) & LOCKED != 0 {
            // SAFETY: as above. Said at once, for those who drop the oldest.
            unsafe { self.inbox.publish_taken() };
        }
        item
    }

    /// Says how far the consumer is, and lets senders in that waited for it. To be called before it waits for anything
    /// else than the queue.
    pub(crate) fn publish(&mut self) {
        self.unsaid = self.inbox.stride;
        // Where the oldest is dropped it is said with each item.
        if self.inbox.on_full != OnFull::DropOldest {
            // SAFETY: this is the outlet's holder, and producers take nothing.
            unsafe { self.inbox.publish_taken() };
        }
        // Without a bound there is always room, and nobody waits for it.
        if self.inbox.bound == usize::MAX {
            return;
        }
        // Whatever the policy: streams wait.
        fence(Ordering::SeqCst);
        if self.inbox.waiting.load(Ordering::Relaxed) > 0 {
            self.inbox.admit_waiting();
        }
    }

    /// Takes what is queued now, oldest first, and the queue stays open. Senders that wait go on waiting.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.try_pop()).collect()
    }

    /// Takes what is left in the queue, oldest first; it refuses everything from now on.
    pub(crate) fn close(&mut self) -> Vec<T> {
        let total = self.inbox.refuse();
        let mut left = self.inbox.side().map(|side| side.lock().take_items()).unwrap_or_default();
        let mut attempts = 0;
        // SAFETY: this is the outlet's holder, and producers that take the oldest find the side closed.
        while unsafe { self.inbox.head() }.taken() < total {
            match unsafe { self.inbox.pop_block() } {
                Some(item) => left.push(item),
                // A producer has its position and is about to write.
                None => crate::sync::relax(&mut attempts),
            }
        }
        left
    }
}

impl<T: Item> Front<'_, T> {
    /// The item's word.
    #[inline]
    pub(crate) fn word(&self) -> NonNull<()> {
        self.word
    }

    /// Takes the item out.
    pub(crate) fn take(self) -> T {
        let (word, rest) = self.into_parts();
        // SAFETY: both are of the same item, and the place is read once.
        unsafe { T::join(word, rest.read()) }
    }

    /// The item's word, and where its rest lies; whoever calls this has to read it, once, before this front's lifetime is
    /// over.
    #[inline]
    pub(crate) fn into_parts(self) -> (NonNull<()>, *const T::Rest) {
        let this = ManuallyDrop::new(self);
        (this.word, this.rest)
    }
}

impl<T: Item> Drop for Front<'_, T> {
    fn drop(&mut self) {
        // SAFETY: as in `take`.
        drop(unsafe { T::join(self.word, self.rest.read()) });
    }
}
