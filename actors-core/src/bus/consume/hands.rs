//! The events a courier has taken.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::bus::event::AnyEvent;
use crate::bus::line::Entry;
use crate::bus::member::Member;
use crate::bus::taken::Taken;

/// Events that are on their way to an actor or lie in its mailbox. Dropped, they go to other members.
pub(super) struct Hands {
    member: Arc<Member>,
    /// Not sent yet. They still take their room in the line.
    unsent: VecDeque<Entry<AnyEvent>>,
    /// How many members the group had when these were taken.
    crew: usize,
    /// Sent, by place.
    sent: VecDeque<Sent>,
    /// Handled, and not yet reported.
    handled: Vec<Entry<AnyEvent>>,
}

/// An event in the actor's mailbox.
pub(super) struct Sent {
    pub(super) entry: Entry<AnyEvent>,
    /// How many members its group had when it was taken.
    pub(super) crew: usize,
}

impl Hands {
    pub(super) fn new(member: Arc<Member>) -> Self {
        let (unsent, sent, handled) = Default::default();
        Self { member, unsent, crew: 0, sent, handled }
    }

    /// Reports what was handled and takes up to `most` events.
    pub(super) fn take(&mut self, most: usize) -> Taken {
        let taken = self.member.group.exchange(&mut self.handled, most, &mut self.unsent);
        if let Taken::Some { members } = taken {
            self.crew = members;
        }
        taken
    }

    /// The next event to send.
    pub(super) fn next(&self) -> Option<&Entry<AnyEvent>> {
        self.unsent.front()
    }

    /// The next event was sent.
    pub(super) fn has_sent(&mut self) {
        if let Some(entry) = self.unsent.pop_front() {
            let at = self.sent.partition_point(|other| other.entry.place < entry.place);
            self.sent.insert(at, Sent { entry, crew: self.crew });
        }
    }

    /// The next event needs nothing more.
    pub(super) fn has_handled_next(&mut self) {
        self.handled.extend(self.unsent.pop_front());
    }

    /// A sent event was handled.
    pub(super) fn has_handled(&mut self, sent: Sent) {
        self.handled.push(sent.entry);
    }

    /// Takes out the sent event of this place.
    pub(super) fn remove(&mut self, place: u64) -> Option<Sent> {
        let at = match self.sent.front() {
            // Most are answered in the order in which they were sent.
            Some(first) if first.entry.place == place => 0,
            _ => self.sent.binary_search_by_key(&place, |sent| sent.entry.place).ok()?,
        };
        self.sent.remove(at)
    }

    /// Puts back what was not sent.
    pub(super) fn give_back_unsent(&mut self) {
        self.unsent.drain(..).for_each(|entry| self.member.put_back(entry));
    }

    /// How many are in the actor's mailbox.
    pub(super) fn sent(&self) -> usize {
        self.sent.len()
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        let _ = self.member.group.exchange(&mut self.handled, 0, &mut self.unsent);
        self.sent.drain(..).for_each(|sent| self.member.put_back(sent.entry));
        self.give_back_unsent();
    }
}
