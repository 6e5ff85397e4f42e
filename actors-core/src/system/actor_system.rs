//! The handle of a system.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::errors::UnheardError;
use super::settings::SystemBuilder;
use super::shared::Shared;
use tokio::runtime::Handle;

use crate::exit::ExitReason;
use crate::id::ActorPath;
use crate::kernel::actor::Actor;
use crate::kernel::host::Host;
use crate::kernel::launch::{Launch, launch};
use crate::kernel::refs::ActorRef;
use crate::kernel::watch::WatchId;
use crate::observe::{DeadLetter, DeadLetterCounts, DeadLetterReason, LifecycleEvent, Topic};

/// A system of actors: a value, not a global. Clones are handles to the same system; a process may have several.
///
/// ```
/// # use actors_core::*;
/// # struct Counter(u64);
/// # impl Actor for Counter {}
/// # struct Add(u64);
/// # impl Message for Add { type Reply = u64; type Kind = Plain; }
/// # impl Handler<Add> for Counter {
/// #     async fn handle(&mut self, add: Add, _: &mut Context<Self>) -> u64 { self.0 += add.0; self.0 }
/// # }
/// # #[tokio::main] async fn main() {
/// let system = ActorSystem::new();
/// let counter = system.spawn(Counter(40));
/// assert_eq!(counter.ask(Add(2)).await, Ok(42));
/// # }
/// ```
#[derive(Clone)]
pub struct ActorSystem(pub(super) Arc<Shared>);

/// A system that may be gone.
#[derive(Clone)]
pub(crate) struct WeakSystem(Weak<Shared>);

impl WeakSystem {
    pub(crate) fn upgrade(&self) -> Option<ActorSystem> {
        self.0.upgrade().map(ActorSystem)
    }
}

impl ActorSystem {
    /// A system on the current tokio runtime, with default settings.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[track_caller]
    #[expect(
        clippy::new_without_default,
        reason = "it needs a runtime around it, which a default should not"
    )]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A system with settings of one's own.
    pub fn builder() -> SystemBuilder {
        SystemBuilder::new()
    }

    /// Starts an actor that lives once. Returns at once; messages wait until it has started.
    ///
    /// It stops when its last reference is dropped, unless its type's options name it.
    pub fn spawn<A: Actor>(&self, actor: A) -> ActorRef<A> {
        launch(self.host(), Launch::one_life(actor))
    }

    /// Messages that could not be delivered, as they occur.
    pub fn dead_letters(&self) -> &Topic<DeadLetter> {
        self.0.dead_letters.topic()
    }

    /// How many messages could not be delivered so far, by reason.
    pub fn dead_letter_counts(&self) -> DeadLetterCounts {
        self.0.dead_letters.counts()
    }

    /// Errors that have no caller to go to, as they occur.
    pub fn errors(&self) -> &Topic<UnheardError> {
        &self.0.errors
    }

    /// What becomes of actors, as it happens: starts, failures, restarts, ends, and warnings of the system's watchdog.
    pub fn lifecycle(&self) -> &Topic<LifecycleEvent> {
        &self.0.lifecycle
    }

    /// How many lives ended in failure and were followed by another one.
    pub fn restarts(&self) -> u64 {
        self.0.restarts.load(Ordering::Relaxed)
    }

    /// How many top-level actors run.
    pub fn running(&self) -> usize {
        self.0.directory.top_level()
    }

    /// Where the top-level actors that run stand, the oldest first.
    pub fn top_level(&self) -> Vec<ActorPath> {
        self.0.directory.youngest_first().iter().rev().map(|actor| actor.core().path()).collect()
    }

    /// Takes in that a supervisor gives up; if nobody stands above it, the program may want to end.
    pub(crate) fn escalate(&self, supervisor: &ActorPath, child: Arc<str>, reason: ExitReason, root: bool) {
        self.0.escalate(supervisor, child, reason, root);
    }

    /// Waits until a supervisor that nobody stands above has given up, and gives the report of the first that did.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn escalated(&self) -> UnheardError {
        let mut first = self.0.escalated.subscribe();
        loop {
            if let Some(report) = first.borrow_and_update().clone() {
                return report;
            }
            // The sender lives in the system, which `self` keeps.
            let _ = first.changed().await;
        }
    }

    /// A handle that does not keep the system.
    pub(crate) fn downgrade(&self) -> WeakSystem {
        WeakSystem(Arc::downgrade(&self.0))
    }

    pub(crate) fn host(&self) -> Arc<dyn Host> {
        self.0.clone()
    }

    /// The system's one value of type `T`, made when first asked for. This is how layers above, such as the event bus
    /// and network nodes, attach what they are to a system. `make` must not ask for extensions itself.
    pub fn extension<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        self.0.extensions.get_or_insert(make)
    }

    /// The runtime the actors run on.
    pub fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    /// A number for a watch that no other watch in this system has.
    pub fn new_watch_id(&self) -> WatchId {
        WatchId::new(self.0.next_id())
    }

    /// Takes in a message that could not be delivered, for layers above that carry messages themselves.
    pub fn bury<M: Send + 'static>(
        &self,
        to: impl Fn() -> ActorPath,
        message_type: &'static str,
        reason: DeadLetterReason,
        message: M,
    ) {
        self.0.dead_letters.receive(to, message_type, reason, message);
    }
}

impl fmt::Debug for ActorSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorSystem({} running)", self.running())
    }
}
