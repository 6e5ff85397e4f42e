//! Watching others from inside an actor.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Context, Ticket, deliver_to_self};
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::endpoint::EndpointKey;
use crate::kernel::watch::{Terminated, WatchId, Watchable, Watched, Watcher};
use crate::mailbox::Lane;
use crate::message::Message;
use crate::panics::contain;

/// The watches of one life.
#[derive(Default)]
pub(super) struct Watches {
    by_target: HashMap<EndpointKey, (WatchId, Arc<dyn Watched>)>,
    targets: HashMap<WatchId, EndpointKey>,
}

impl Watches {
    fn insert(&mut self, watch: WatchId, watched: Arc<dyn Watched>) {
        let key = watched.key();
        self.targets.insert(watch, key);
        if let Some((old, watched)) = self.by_target.insert(key, (watch, watched)) {
            self.targets.remove(&old);
            watched.remove_watcher(old);
        }
    }

    fn remove(&mut self, key: EndpointKey) {
        if let Some((watch, watched)) = self.by_target.remove(&key) {
            self.targets.remove(&watch);
            watched.remove_watcher(watch);
        }
    }

    /// Whether the watch stands; it is used up.
    pub(super) fn redeem(&mut self, watch: WatchId) -> bool {
        self.targets.remove(&watch).is_some_and(|key| self.by_target.remove(&key).is_some())
    }

    pub(super) fn give_up_all(self) {
        for (watch, watched) in self.by_target.into_values() {
            // The message it would have been told with is a user's value.
            let _ = contain(|| watched.remove_watcher(watch));
        }
    }
}

impl<A: Actor> Context<A> {
    /// Asks to be told once, with a [`Terminated`] message, when the other has ended for good; at once if it has.
    ///
    /// Watching the same actor again replaces the earlier watch. Restarts of the other are not reported. The watch
    /// ends with this life.
    pub fn watch(&mut self, other: &impl Watchable)
    where
        A: Responder<Terminated>,
    {
        self.watch_mapped(other, |terminated| terminated);
    }

    /// Like [`watch`](Self::watch), with a message of one's own instead of [`Terminated`].
    pub fn watch_with<M: Message>(&mut self, other: &impl Watchable, message: M)
    where
        A: Responder<M>,
    {
        self.watch_mapped(other, move |_| message);
    }

    /// Gives up watching: nothing is told any more, not even what is queued already.
    pub fn unwatch(&mut self, other: &impl Watchable) {
        if let Some(extras) = self.extras.as_mut() {
            extras.watches.remove(other.watched().key());
        }
    }

    fn watch_mapped<M: Message>(
        &mut self,
        other: &impl Watchable,
        map: impl FnOnce(Terminated) -> M + Send + 'static,
    ) where
        A: Responder<M>,
    {
        let watch = WatchId::new(self.host().next_id());
        let watched = other.watched();
        self.extras().watches.insert(watch, watched.clone());
        let me = self.cell.downgrade();
        let tell = move |terminated| {
            if let Some(me) = me.upgrade() {
                deliver_to_self(&me, Lane::System, Ticket::Watch(watch), map(terminated));
            }
        };
        watched.add_watcher(Watcher::call(watch, tell));
    }
}
