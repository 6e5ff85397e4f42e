//! Children: actors that end before their parent does.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::Context;
use crate::kernel::actor::Actor;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::custody::Brood;
use crate::kernel::launch::{Launch, launch};
use crate::kernel::refs::ActorRef;
use crate::mailbox::Home;

/// How long a child may take to finish before it is killed.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);

impl<A: Actor> Context<A> {
    /// Spawns an actor that this one owns: it runs without anybody holding a reference, and is shut down when this
    /// life ends, the youngest child first.
    pub fn spawn<B: Actor>(&mut self, child: B) -> ActorRef<B> {
        let child = launch(self.host().clone(), Launch::one_life(child).under(self.core()));
        self.adopt(&child);
        child
    }

    /// Has `brood` end the children it knows of when this life ends, before those of [`spawn`](Self::spawn).
    pub(crate) fn entrust_children(&mut self, brood: Arc<dyn Brood>) {
        self.extras().brood = Some(brood);
    }

    pub(crate) fn adopt<B: Actor>(&mut self, child: &ActorRef<B>) {
        let children = &mut self.extras().children;
        // Those that ended by themselves are forgotten when the list would grow.
        if children.len() == children.capacity() {
            children.retain(|child| child.core().is_alive());
        }
        children.push(child.cell().clone().upcast());
    }

    /// How many of its children have not ended.
    pub fn children(&self) -> usize {
        let alive = |child: &&Home<dyn AnyCell>| child.core().is_alive();
        self.extras.as_ref().map_or(0, |extras| extras.children.iter().filter(alive).count())
    }
}

/// Ends an actor's children, the youngest first.
///
/// Each may finish what is queued, for a while; those of an actor that was killed are killed with it.
pub(super) async fn end_all(parent: &dyn AnyCell, mut children: Vec<Home<dyn AnyCell>>) {
    while let Some(child) = children.pop() {
        if !parent.core().is_killed() {
            child.shut_down();
            let patience = tokio::time::timeout(SHUTDOWN_PATIENCE, child.core().ended());
            if matches!(unless_killed(parent, patience).await, Some(Ok(_))) {
                continue;
            }
        }
        child.kill_for_good();
        child.core().ended().await;
    }
}

/// Gives up the work as soon as the actor is killed.
pub(crate) async fn unless_killed<T>(actor: &dyn AnyCell, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|cx| if actor.core().is_killed() { Poll::Ready(None) } else { work.as_mut().poll(cx).map(Some) })
        .await
}
