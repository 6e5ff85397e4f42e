//! Supervisors whose children have no ids, come and go, and end together.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::child_spec::{ChildSpec, Terms};
use super::overseer::Order;
use super::strategy::{AutoShutdown, Directive, Policy, ShutdownPolicy, Strategy};
use super::tree::Tree;
use super::{Backoff, IntoActor, Restart, SupervisorRef};
use crate::error::{ActorError, ChildError, StartError};
use crate::kernel::actor::Actor;
use crate::kernel::refs::ActorRef;
use crate::system::ActorSystem;

/// A supervisor of children started one by one at run time. OTP's `simple_one_for_one`.
///
/// Its children are permanent unless it says otherwise. They end in parallel.
///
/// ```
/// # use actors_core::*;
/// # struct OrderFlow(u64); impl Actor for OrderFlow {}
/// # impl OrderFlow { fn new(id: u64) -> Self { Self(id) } }
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let (system, id) = (ActorSystem::new(), 7);
/// let flows: Children<OrderFlow> =
///     Supervisor::dynamic().restart(Restart::transient()).start(&system).await?;
/// let flow: ActorRef<OrderFlow> = flows.spawn(move || OrderFlow::new(id)).await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing runs until `start`"]
#[derive(Clone, Debug)]
pub struct DynamicSupervisor {
    tree: Tree,
}

impl DynamicSupervisor {
    pub(super) fn new() -> Self {
        let policy = Policy { dynamic: Some(Terms::of_worker()), ..Policy::new(Strategy::OneForOne) };
        Self { tree: Tree::new(policy) }
    }

    fn terms(mut self, change: impl FnOnce(&mut Terms)) -> Self {
        self.tree.policy.dynamic.as_mut().map(change);
        self
    }

    /// Sets which ends of a child are followed by a restart.
    pub fn restart(self, restart: Restart) -> Self {
        self.terms(|terms| terms.restart = restart)
    }

    /// Sets how children are ended: within 5 s unless set.
    pub fn shutdown(self, policy: ShutdownPolicy) -> Self {
        self.terms(|terms| terms.shutdown = policy)
    }

    /// Waits before each restart of a child.
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.terms(|terms| terms.backoff = Some(backoff))
    }

    /// Lets the end of each child count for [`auto_shutdown`](Self::auto_shutdown).
    pub fn significant(self, significant: bool) -> Self {
        self.terms(|terms| terms.significant = significant)
    }

    /// Allows at most `restarts` of all children together within any stretch of time `within`; 1 in 5 s unless set.
    pub fn intensity(mut self, restarts: u32, within: Duration) -> Self {
        (self.tree.policy.intensity, self.tree.policy.within) = (restarts, within);
        self
    }

    /// Ends the supervisor when its significant children have ended by themselves.
    pub fn auto_shutdown(mut self, auto_shutdown: AutoShutdown) -> Self {
        self.tree.policy.auto_shutdown = auto_shutdown;
        self
    }

    /// Decides by the error what follows the failure of a child.
    pub fn decide(mut self, decide: impl Fn(&ActorError) -> Directive + Send + Sync + 'static) -> Self {
        self.tree.policy.decide = Some(Arc::new(decide));
        self
    }

    /// Registers the supervisor under a name in the system.
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.tree.options = self.tree.options.name(name);
        self
    }

    /// Starts the supervisor, which has no children yet.
    ///
    /// # Errors
    ///
    /// [`StartError::Spec`], or that its name is taken.
    pub async fn start<A: Actor>(self, system: &ActorSystem) -> Result<Children<A>, StartError> {
        let supervisor = self.tree.start(system).await?;
        Ok(Children { supervisor, kind: PhantomData })
    }
}

impl From<DynamicSupervisor> for Tree {
    fn from(supervisor: DynamicSupervisor) -> Self {
        supervisor.tree
    }
}

/// The children of type `A` of a dynamic supervisor, and the way to start more.
///
/// ```
/// # use actors_core::*;
/// # struct OrderFlow(u64); impl Actor for OrderFlow {}
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let system = ActorSystem::new();
/// let flows: Children<OrderFlow> = Supervisor::dynamic().start(&system).await?;
/// let first = flows.spawn(|| OrderFlow(1)).await?;
/// let second = flows.spawn(|| OrderFlow(2)).await?;
/// assert_eq!(flows.actors().await?, [second, first.clone()]);
/// flows.terminate(&first).await?;
/// flows.supervisor().shutdown().await;
/// # Ok(()) }
/// ```
pub struct Children<A: Actor> {
    supervisor: SupervisorRef,
    kind: PhantomData<fn() -> A>,
}

impl<A: Actor> Children<A> {
    /// `None` if the supervisor's children are not dynamic.
    pub(super) fn over(supervisor: SupervisorRef) -> Option<Self> {
        supervisor.is_dynamic().then_some(Self { supervisor, kind: PhantomData })
    }

    /// Starts a child and waits until it has started. The factory makes the state of each of its lives.
    ///
    /// # Errors
    ///
    /// [`StartError`] with what the factory or `started` returned; [`StartError::ShuttingDown`] if the supervisor has
    /// ended.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the start goes on.
    pub async fn spawn<F, R>(&self, factory: F) -> Result<ActorRef<A>, StartError>
    where
        F: FnMut() -> R + Send + 'static,
        R: IntoActor<Actor = A>,
    {
        let spec = Box::new(ChildSpec::new("", factory));
        match self.supervisor.order(|answer| Order::Start { spec, answer }).await {
            // It may have done all it had to do by now.
            Ok(Some(child)) => child.downcast_even_ended().ok_or(StartError::Stopped),
            Ok(None) => Err(StartError::Failed(ActorError::ignore())),
            Err(ChildError::Start(reason)) => Err(StartError::of_life(&reason)),
            Err(ChildError::Spec(error)) => Err(error.into()),
            Err(_) => Err(StartError::ShuttingDown),
        }
    }

    /// Ends a child as the supervisor's shutdown policy says, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotFound`] if it is not one of them. One that has ended already is ended well.
    pub async fn terminate(&self, child: &ActorRef<A>) -> Result<(), ChildError> {
        self.supervisor.terminate_actor(&child.into()).await
    }

    /// The children of type `A` that have not ended, the youngest first.
    ///
    /// # Errors
    ///
    /// [`ChildError::Stopped`] if the supervisor has ended.
    pub async fn actors(&self) -> Result<Vec<ActorRef<A>>, ChildError> {
        let children = self.supervisor.which_children().await?;
        Ok(children.into_iter().filter_map(|child| child.actor?.downcast()).collect())
    }

    /// The supervisor itself.
    pub fn supervisor(&self) -> &SupervisorRef {
        &self.supervisor
    }
}

impl<A: Actor> Clone for Children<A> {
    fn clone(&self) -> Self {
        Self { supervisor: self.supervisor.clone(), kind: PhantomData }
    }
}

impl<A: Actor> fmt::Debug for Children<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Children({})", self.supervisor.path())
    }
}
