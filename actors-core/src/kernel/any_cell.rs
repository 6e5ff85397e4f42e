//! A cell whose actor's type is forgotten: what supervisors, watchers and timers do to an actor of any type.

use std::any::Any;

use tokio::sync::oneshot;

use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::cell::{Cell, Core};
use crate::kernel::endpoint::EndpointKey;
use crate::kernel::envelope::Envelope;
use crate::kernel::watch::{Terminated, WatchId, Watched, Watcher};
use crate::mailbox::{Lane, home_of};
use crate::timer::TimerId;

/// What can be done to a cell without knowing its actor's type.
pub(crate) trait AnyCell: Watched + Any {
    fn core(&self) -> &Core;

    /// Ends the life after what is queued already.
    fn stop(&self, reason: ExitReason);

    /// Takes no message any more; what is queued stays until the task drops it.
    fn refuse(&self);

    /// Makes the task look at its orders.
    fn wake(&self);

    /// A timer has fired: its message's turn comes after what is queued already.
    fn tick(&self, timer: TimerId);

    /// Messages of users in the mailbox, and how many it holds.
    fn queue(&self) -> (usize, Option<usize>);

    /// Has the actor describe itself between two messages. The reply is dropped if it ends first.
    fn describe(&self, reply: oneshot::Sender<String>);
}

impl<A: Actor> AnyCell for Cell<A> {
    fn core(&self) -> &Core {
        &self.core
    }

    fn stop(&self, reason: ExitReason) {
        let was_suspended = self.core.expect_stop();
        // A closed mailbox means that it has ended already.
        drop(self.inbox.force(Envelope::stop(reason), Lane::User));
        if was_suspended { self.wake() } else { self.call_by_ref() }
    }

    fn refuse(&self) {
        self.inbox.refuse();
    }

    fn wake(&self) {
        Self::look_again(&home_of(self));
    }

    fn tick(&self, timer: TimerId) {
        // Whatever the bound: what an actor asked for is not refused. A closed mailbox means that it has ended.
        drop(self.inbox.force(Envelope::tick(timer), Lane::User));
        self.call_by_ref();
    }

    fn queue(&self) -> (usize, Option<usize>) {
        (self.inbox.len(), self.inbox.bound())
    }

    fn describe(&self, reply: oneshot::Sender<String>) {
        // A closed mailbox drops it.
        drop(self.inbox.force(Envelope::describe(reply), Lane::System));
        self.call_by_ref();
    }
}

impl<A: Actor> Watched for Cell<A> {
    fn key(&self) -> EndpointKey {
        self.core.endpoint_key()
    }

    fn add_watcher(&self, watcher: Watcher) {
        let added = self.core.watchers.lock().add(watcher);
        if let Err((watcher, reason)) = added {
            watcher.tell(Terminated { id: self.core.id, path: self.core.path(), reason });
        }
    }

    fn remove_watcher(&self, watch: WatchId) {
        let removed = self.core.watchers.lock().remove(watch);
        drop(removed);
    }
}
