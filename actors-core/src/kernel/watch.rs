//! Watching: each watcher is told once that the watched actor has ended.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath};
use crate::kernel::endpoint::EndpointKey;
use crate::mailbox::Home;
use crate::message::{Message, Plain};
use crate::panics::contain;

/// Tells a watcher that an actor it [watches](crate::Context::watch) has ended for good.
#[derive(Clone, Debug)]
pub struct Terminated {
    pub(crate) id: ActorId,
    pub(crate) path: ActorPath,
    pub(crate) reason: ExitReason,
}

impl Terminated {
    /// The actor that ended.
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Where it stood.
    pub fn path(&self) -> &ActorPath {
        &self.path
    }

    /// A notice about an actor that ended elsewhere. For bridges, such as network nodes.
    pub fn new(id: ActorId, path: ActorPath, reason: ExitReason) -> Self {
        Self { id, path, reason }
    }

    /// Why it ended.
    pub fn reason(&self) -> &ExitReason {
        &self.reason
    }
}

impl Message for Terminated {
    type Reply = ();
    type Kind = Plain;
}

/// Something whose end can be watched: references to local and to remote actors.
pub trait Watchable {
    /// What to register with.
    fn watched(&self) -> Arc<dyn Watched>;
}

/// The watched side of a watch.
pub trait Watched: Send + Sync {
    /// Equal for two references to the same actor.
    fn key(&self) -> EndpointKey;

    /// Registers a watcher; tells it at once if the end has already come.
    fn add_watcher(&self, watcher: Watcher);

    /// Forgets a watcher that was not yet told.
    fn remove_watcher(&self, watch: WatchId);
}

impl<W: Watched + ?Sized> Watched for Home<W> {
    fn key(&self) -> EndpointKey {
        (**self).key()
    }

    fn add_watcher(&self, watcher: Watcher) {
        (**self).add_watcher(watcher);
    }

    fn remove_watcher(&self, watch: WatchId) {
        (**self).remove_watcher(watch);
    }
}

/// One registration of one watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WatchId(pub(crate) u64);

impl WatchId {
    pub(crate) fn new(number: ActorId) -> Self {
        Self(number.as_u64())
    }
}

/// Who is told about an end.
pub struct Watcher {
    id: WatchId,
    listener: Listener,
    goes_first: bool,
}

enum Listener {
    Call(Box<dyn FnOnce(Terminated) + Send>),
    Wait(oneshot::Sender<ExitReason>),
}

impl Watcher {
    /// A watcher that runs `tell`, which must not block.
    pub fn call(id: WatchId, tell: impl FnOnce(Terminated) + Send + 'static) -> Self {
        Self { id, listener: Listener::Call(Box::new(tell)), goes_first: false }
    }

    /// Told before all that are not: a directory that is to be right when others hear of the end.
    pub fn before_others(mut self) -> Self {
        self.goes_first = true;
        self
    }

    pub(crate) fn wait() -> (Self, oneshot::Receiver<ExitReason>) {
        let (sender, receiver) = oneshot::channel();
        (Self { id: WatchId(0), listener: Listener::Wait(sender), goes_first: false }, receiver)
    }

    /// The registration's number, for removal.
    pub fn id(&self) -> WatchId {
        self.id
    }

    /// Tells it, and does not panic: a message that reaches nobody, because the watcher has ended too, may panic when it is dropped.
    pub fn tell(self, terminated: Terminated) {
        match self.listener {
            Listener::Call(tell) => drop(contain(|| tell(terminated))),
            Listener::Wait(sender) => drop(sender.send(terminated.reason)),
        }
    }

    fn has_given_up(&self) -> bool {
        matches!(&self.listener, Listener::Wait(sender) if sender.is_closed())
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watcher({:?})", self.id)
    }
}

/// Who waits for the end, until it has come. Small, because every actor has one and few are watched.
#[derive(Default)]
pub(crate) enum Watchers {
    #[default]
    Nobody,
    // A vector is three words, and most actors have no watchers.
    #[expect(clippy::box_collection, reason = "it makes every actor smaller")]
    Some(Box<Vec<Watcher>>),
    EndedWell,
    Ended(Box<ExitReason>),
}

impl Watchers {
    /// Registers; gives the watcher back with the reason if the end has come.
    pub(crate) fn add(&mut self, watcher: Watcher) -> Result<(), (Watcher, ExitReason)> {
        match self {
            Self::EndedWell => return Err((watcher, ExitReason::Normal)),
            Self::Ended(reason) => return Err((watcher, (**reason).clone())),
            Self::Nobody => *self = Self::Some(Box::new(vec![watcher])),
            Self::Some(list) => {
                // Waiters that timed out leave nothing behind, at a cost paid only when the list would grow.
                if list.len() == list.capacity() {
                    list.retain(|watcher| !watcher.has_given_up());
                }
                list.push(watcher);
            }
        }
        Ok(())
    }

    /// Takes a registration out. It may hold a user's message, so it is not to be dropped while this is locked.
    pub(crate) fn remove(&mut self, watch: WatchId) -> Option<Watcher> {
        let Self::Some(list) = self else { return None };
        let at = list.iter().position(|watcher| watcher.id == watch)?;
        Some(list.remove(at))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Some(list) => list.iter().filter(|watcher| !watcher.has_given_up()).count(),
            Self::Nobody | Self::EndedWell | Self::Ended(_) => 0,
        }
    }

    /// Marks the end and returns whom to tell, in order.
    pub(crate) fn end(&mut self, reason: &ExitReason) -> Vec<Watcher> {
        if matches!((&*self, reason), (Self::Nobody, ExitReason::Normal)) {
            // There is nothing to drop, which the compiler cannot see.
            std::mem::forget(std::mem::replace(self, Self::EndedWell));
            return Vec::new();
        }
        let ended = match reason {
            ExitReason::Normal => Self::EndedWell,
            reason => Self::Ended(Box::new(reason.clone())),
        };
        match std::mem::replace(self, ended) {
            Self::Some(mut list) => {
                list.sort_by_key(|watcher| !watcher.goes_first);
                *list
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::kernel::actor::Actor;
    use crate::system::ActorSystem;

    struct King;

    impl Actor for King {}

    #[tokio::test]
    async fn a_watcher_finds_the_name_free_and_the_actor_dead_and_the_others_are_told_whatever_it_does() {
        let system = ActorSystem::new();
        let king = system.actor(|| King).name("throne").start().await.expect("it starts");
        let (watched, seen) = (king.watched(), Arc::new(Mutex::new(Vec::new())));
        for watch in [1, 2] {
            let (seen, system, king) = (seen.clone(), system.clone(), king.downgrade());
            let tell = move |_| {
                seen.lock().unwrap().push((
                    watch,
                    system.names(),
                    system.running(),
                    king.upgrade().is_none(),
                ));
                std::panic::resume_unwind(Box::new("a watcher"));
            };
            watched.add_watcher(Watcher::call(WatchId(watch), tell));
        }
        king.stop();
        king.wait().await;
        assert_eq!(*seen.lock().unwrap(), [(1, vec![], 0, true), (2, vec![], 0, true)]);
    }
}
