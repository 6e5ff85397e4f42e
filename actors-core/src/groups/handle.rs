//! The groups in users' hands.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use super::table::{Arrival, Table};
use super::{GroupChanged, GroupMember};
use crate::kernel::endpoint::{Endpoint, Parcel, Refusal, RefusalKind};
use crate::kernel::refs::Recipient;
use crate::message::Message;
use crate::system::ActorSystem;

/// The process groups of a system: actors found by what they are for.
///
/// An actor joins as a receiver of one type of message. A group may hold members for several types; each operation
/// concerns those of its own type and passes over the others. An actor that joins several times is a member as often, as
/// in OTP's `pg`. A group needs no creation: it exists while it has members.
///
/// A member leaves by itself when it has ended, before others who watch it are told. Restarts are no end. Like a name, a
/// membership is a way to reach an actor: it keeps the actor alive.
///
/// ```
/// # use actors_core::*;
/// # struct Printer;
/// # impl Actor for Printer {}
/// #[derive(Clone)]
/// struct Print { page: u32 }
/// # impl Message for Print { type Reply = (); type Kind = Plain; }
/// # impl Handler<Print> for Printer { async fn handle(&mut self, _: Print, _: &mut Context<Self>) {} }
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// let printer = system.spawn(Printer);
/// system.groups().join("printers", printer.recipient::<Print>());
/// let all: Vec<Recipient<Print>> = system.groups().members("printers");
/// assert_eq!(all, [printer.recipient()]);
/// assert_eq!(system.groups().broadcast("printers", Print { page: 1 }).await, 1);
/// # }
/// ```
#[derive(Clone)]
pub struct Groups {
    system: ActorSystem,
    table: Arc<Table>,
}

impl ActorSystem {
    /// The system's process groups.
    pub fn groups(&self) -> Groups {
        Groups { system: self.clone(), table: self.extension(Table::default) }
    }
}

impl Groups {
    /// Makes an actor a member of a group, once more if it is one already. False if it has ended: then it is none.
    pub fn join<M: Message>(&self, group: &str, member: Recipient<M>) -> bool {
        if !member.is_alive() {
            return false;
        }
        let arrival = self.arrival(&member);
        self.table.join(group, GroupMember::new(member), arrival);
        true
    }

    /// Ends one membership. False if there was none.
    pub fn leave<M: Message>(&self, group: &str, member: Recipient<M>) -> bool {
        self.table.leave(group, &GroupMember::new(member)).is_some()
    }

    /// The members of a group that take messages of this type, in the order in which they joined.
    pub fn members<M: Message>(&self, group: &str) -> Vec<Recipient<M>> {
        let members = self.table.members(group);
        let mut of_type: Vec<_> = members.iter().filter_map(GroupMember::recipient::<M>).collect();
        of_type.retain(|member| {
            let is_alive = member.is_alive();
            if !is_alive {
                // Its watch is about to say so too, if its end can be watched at all.
                drop(self.table.forget(member.key(), None));
            }
            is_alive
        });
        of_type
    }

    /// Sends each member that takes messages of this type a copy, and returns how many accepted it.
    ///
    /// Members whose mailboxes are full are waited for together, if that is their policy, after all others have the
    /// message. A member that joined twice gets it twice.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, members it was waiting for do not get the message.
    pub async fn broadcast<M: Message + Clone>(&self, group: &str, message: M) -> usize {
        let mut accepted = 0;
        let mut waiting = Vec::new();
        for member in self.members::<M>(group) {
            match member.offer(Parcel::told(message.clone())) {
                Ok(()) => accepted += 1,
                Err(Refusal { kind: RefusalKind::Busy, parcel }) => {
                    waiting.push(member.wait_for_room(parcel))
                }
                Err(_) => {}
            }
        }
        poll_fn(|cx| {
            waiting.retain_mut(|entrance| match entrance.as_mut().poll(cx) {
                Poll::Pending => true,
                Poll::Ready(outcome) => {
                    accepted += usize::from(outcome.is_ok());
                    false
                }
            });
            if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        accepted
    }

    /// Sends an actor a [`GroupChanged`] for each change of a group from now on, in order, until it
    /// [stops watching](Self::unwatch) or ends. Returns the members at this moment, of all types.
    ///
    /// The notices have their lane: they come before users' messages, and a full mailbox does not refuse them. Watching
    /// twice is watching once. It keeps the actor alive, as a subscription does.
    pub fn watch(&self, group: &str, listener: &(impl Endpoint<GroupChanged> + ?Sized)) -> Vec<GroupMember> {
        let listener = listener.to_recipient();
        if !listener.is_alive() {
            return self.table.members(group);
        }
        let arrival = self.arrival(&listener);
        self.table.listen(group, listener, arrival)
    }

    /// Stops telling an actor of changes; notices in its mailbox are still delivered. False if it did not watch.
    pub fn unwatch(&self, group: &str, listener: &(impl Endpoint<GroupChanged> + ?Sized)) -> bool {
        self.table.stop_listening(group, listener.key()).is_some()
    }

    /// The names of the groups that have members, sorted.
    pub fn groups(&self) -> Vec<String> {
        let mut names = self.table.names();
        names.sort_unstable();
        names
    }

    fn arrival<M: Message>(&self, actor: &Recipient<M>) -> Arrival {
        Arrival { key: actor.key(), watched: actor.watched(), watch: self.system.new_watch_id() }
    }
}

impl fmt::Debug for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Groups").field(&self.groups()).finish()
    }
}
