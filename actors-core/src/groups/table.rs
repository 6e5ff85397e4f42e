//! Who is in which group, and who is told.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use super::{GroupChanged, GroupMember};
use crate::kernel::endpoint::{Endpoint, EndpointKey};
use crate::kernel::refs::Recipient;
use crate::kernel::watch::{WatchId, Watched, Watcher};
use crate::sync::Lock;

/// The groups of a system.
///
/// Listeners are told under the lock, so that they hear of changes in the order in which they happen. Nothing else that is
/// not of this module runs under it: watching, and dropping what was removed, come after.
#[derive(Default)]
pub(super) struct Table(Lock<Rows>);

#[derive(Default)]
struct Rows {
    groups: HashMap<Arc<str>, Group>,
    /// Everybody who is a member or a listener of some group.
    known: HashMap<EndpointKey, Known>,
}

#[derive(Default)]
struct Group {
    members: Vec<GroupMember>,
    listeners: Vec<Recipient<GroupChanged>>,
}

/// Somebody whose end is watched.
struct Known {
    watch: WatchId,
    watched: Option<Arc<dyn Watched>>,
    /// The groups it is in, each as often as it is a member or a listener of it.
    groups: Vec<Arc<str>>,
}

/// What was removed, to be dropped outside the lock.
#[derive(Default)]
pub(super) struct Removed {
    members: Vec<GroupMember>,
    listeners: Vec<Recipient<GroupChanged>>,
    unwatched: Option<(WatchId, Arc<dyn Watched>)>,
}

/// Somebody who comes in, and how its end is observed.
pub(super) struct Arrival {
    pub(super) key: EndpointKey,
    pub(super) watched: Option<Arc<dyn Watched>>,
    /// A number for the watch, if one is needed.
    pub(super) watch: WatchId,
}

impl Table {
    /// Adds a membership.
    pub(super) fn join(self: &Arc<Self>, group: &str, member: GroupMember, arrival: Arrival) {
        let is_new = {
            let mut rows = self.0.lock();
            let (name, room) = rows.group(group);
            room.members.push(member.clone());
            room.tell(&name, vec![member], Vec::new());
            rows.note(&arrival, name)
        };
        if is_new {
            self.watch_end(arrival);
        }
    }

    /// Removes one membership that equals this one; `None` if there is none.
    pub(super) fn leave(&self, group: &str, member: &GroupMember) -> Option<Removed> {
        let mut rows = self.0.lock();
        let room = rows.groups.get_mut(group)?;
        let at = room.members.iter().position(|other| other == member)?;
        let member = room.members.remove(at);
        room.tell(group, Vec::new(), vec![member.clone()]);
        let unwatched = rows.strike_out(member.key(), group);
        rows.remove_if_empty(group);
        Some(Removed { members: vec![member], listeners: Vec::new(), unwatched })
    }

    /// Adds a listener, unless it listens already; returns who is in the group at this moment.
    pub(super) fn listen(
        self: &Arc<Self>,
        group: &str,
        listener: Recipient<GroupChanged>,
        arrival: Arrival,
    ) -> Vec<GroupMember> {
        let (members, is_new) = {
            let mut rows = self.0.lock();
            let (name, room) = rows.group(group);
            let members = room.members.clone();
            if room.listeners.iter().any(|other| other.key() == arrival.key) {
                return members;
            }
            room.listeners.push(listener);
            (members, rows.note(&arrival, name))
        };
        if is_new {
            self.watch_end(arrival);
        }
        members
    }

    /// Removes a listener; `None` if it does not listen.
    pub(super) fn stop_listening(&self, group: &str, key: EndpointKey) -> Option<Removed> {
        let mut rows = self.0.lock();
        let room = rows.groups.get_mut(group)?;
        let at = room.listeners.iter().position(|other| other.key() == key)?;
        let listener = room.listeners.remove(at);
        let unwatched = rows.strike_out(key, group);
        rows.remove_if_empty(group);
        Some(Removed { members: Vec::new(), listeners: vec![listener], unwatched })
    }

    /// Removes somebody that has ended from all groups. If a watch says so, it has to be the one that counts.
    pub(super) fn forget(&self, key: EndpointKey, watch: Option<WatchId>) -> Removed {
        let mut rows = self.0.lock();
        let stands = |known: &Known| watch.is_none_or(|watch| watch == known.watch);
        if !rows.known.get(&key).is_some_and(stands) {
            return Removed::default();
        }
        let mut removed = Removed::default();
        let groups = rows.known.remove(&key).map_or_else(Vec::new, |known| known.groups);
        for name in groups {
            // The same name comes again if it had joined several times.
            let Some(room) = rows.groups.get_mut(&name) else { continue };
            let left: Vec<_> = room.members.extract_if(.., |member| member.key() == key).collect();
            removed.listeners.extend(room.listeners.extract_if(.., |listener| listener.key() == key));
            if !left.is_empty() {
                room.tell(&name, Vec::new(), left.clone());
                removed.members.extend(left);
            }
            rows.remove_if_empty(&name);
        }
        removed
    }

    pub(super) fn members(&self, group: &str) -> Vec<GroupMember> {
        self.0.lock().groups.get(group).map_or_else(Vec::new, |room| room.members.clone())
    }

    /// The groups that have members.
    pub(super) fn names(&self) -> Vec<String> {
        let rows = self.0.lock();
        let inhabited = rows.groups.iter().filter(|(_, room)| !room.members.is_empty());
        inhabited.map(|(name, _)| name.to_string()).collect()
    }

    /// Watches the end of somebody who is new. If it has come already, that is told from within.
    fn watch_end(self: &Arc<Self>, arrival: Arrival) {
        let Arrival { key, watched: Some(watched), watch } = arrival else { return };
        let table: Weak<Self> = Arc::downgrade(self);
        let forget = move |_| {
            if let Some(table) = table.upgrade() {
                drop(table.forget(key, Some(watch)));
            }
        };
        watched.add_watcher(Watcher::call(watch, forget).before_others());
        // Somebody else may have removed it before there was a watch to give up.
        let stands = self.0.lock().known.get(&key).is_some_and(|known| known.watch == watch);
        if !stands {
            watched.remove_watcher(watch);
        }
    }
}

impl Rows {
    fn group(&mut self, name: &str) -> (Arc<str>, &mut Group) {
        let name = self.groups.get_key_value(name).map_or_else(|| name.into(), |(name, _)| name.clone());
        (name.clone(), self.groups.entry(name).or_default())
    }

    /// Notes that somebody is in one more group; true if its end is not watched yet.
    fn note(&mut self, arrival: &Arrival, group: Arc<str>) -> bool {
        let is_new = !self.known.contains_key(&arrival.key);
        let Arrival { watch, watched, .. } = arrival;
        let unknown = || Known { watch: *watch, watched: watched.clone(), groups: Vec::new() };
        self.known.entry(arrival.key).or_insert_with(unknown).groups.push(group);
        is_new
    }

    /// Notes that somebody is in one group less; returns the watch to give up if that was the last one.
    fn strike_out(&mut self, key: EndpointKey, group: &str) -> Option<(WatchId, Arc<dyn Watched>)> {
        let known = self.known.get_mut(&key)?;
        if let Some(at) = known.groups.iter().position(|name| &**name == group) {
            known.groups.swap_remove(at);
        }
        if !known.groups.is_empty() {
            return None;
        }
        let Known { watch, watched, .. } = self.known.remove(&key)?;
        watched.map(|watched| (watch, watched))
    }

    fn remove_if_empty(&mut self, name: &str) {
        if self.groups.get(name).is_some_and(|room| room.members.is_empty() && room.listeners.is_empty()) {
            self.groups.remove(name);
        }
    }
}

impl Group {
    fn tell(&self, name: &str, joined: Vec<GroupMember>, left: Vec<GroupMember>) {
        for listener in &self.listeners {
            listener.notify(GroupChanged {
                group: name.to_owned(),
                joined: joined.clone(),
                left: left.clone(),
            });
        }
    }
}

impl Drop for Removed {
    fn drop(&mut self) {
        if let Some((watch, watched)) = self.unwatched.take() {
            watched.remove_watcher(watch);
        }
    }
}
