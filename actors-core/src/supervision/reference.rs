//! The reference to a running supervisor.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::overseer::{Order, Supervisor, Which};
use super::roster::Roster;
use super::siblings::find;
use super::{Child, ChildCounts, ChildInfo, ChildSpec};
use crate::error::ChildError;
use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath};
use crate::kernel::refs::{ActorRef, AnyActorRef};
use crate::kernel::watch::{Watchable, Watched};

/// A reference to a supervisor: its children, and OTP's management calls. Good across restarts, like an [`ActorRef`].
///
/// The calls are answered whatever the children are doing: starting, hanging, failing again and again. Dropping the
/// future of a call does not take it back.
///
/// ```
/// # use actors_core::*;
/// # struct Catalog; impl Actor for Catalog {}
/// # struct Mailer; impl Actor for Mailer {}
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let system = ActorSystem::new();
/// # let tree = Supervisor::one_for_one().child(ChildSpec::new("catalog", || Catalog));
/// let shop: SupervisorRef = tree.start(&system).await?;
/// let catalog: ActorRef<Catalog> = shop.child("catalog")?;
/// shop.start_child(ChildSpec::new("mailer", || Mailer)).await?;
/// assert_eq!(shop.count_children().await?.active, 2);
///
/// shop.terminate_child("catalog").await?;
/// assert!(!catalog.is_alive());
/// shop.restart_child("catalog").await?;
/// let new: ActorRef<Catalog> = shop.child("catalog")?;
/// assert_ne!(new, catalog, "started again by hand, it is another actor");
/// shop.shutdown().await;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SupervisorRef {
    actor: ActorRef<Supervisor>,
    roster: Arc<Roster>,
}

impl SupervisorRef {
    pub(super) fn new(actor: ActorRef<Supervisor>, roster: Arc<Roster>) -> Self {
        Self { actor, roster }
    }

    pub(super) fn actor(&self) -> &ActorRef<Supervisor> {
        &self.actor
    }

    pub(super) fn is_dynamic(&self) -> bool {
        self.roster.policy.dynamic.is_some()
    }

    /// The child with this id: an [`ActorRef`], a [`SupervisorRef`] or [`Children`](super::Children).
    ///
    /// # Errors
    ///
    /// [`ChildError`] if there is none, it does not run, it is of another type, or the supervisor has ended.
    pub fn child<T: Child>(&self, id: &str) -> Result<T, ChildError> {
        find(&self.roster, id)
    }

    /// Adds a child behind the others, and waits until it has started. `None` if it declined to run.
    ///
    /// The terms are the specification's, also if the supervisor is dynamic; such a one has no use for the id.
    ///
    /// # Errors
    ///
    /// [`ChildError::AlreadyStarted`] if the id is taken, or [`AlreadyPresent`](ChildError::AlreadyPresent) if that child
    /// does not run, because it was stopped or is being restarted, however far that is; [`ChildError::Start`] if it does not start, after which it is not a child; [`ChildError::Spec`].
    pub async fn start_child(&self, spec: ChildSpec) -> Result<Option<AnyActorRef>, ChildError> {
        let spec = Box::new(spec);
        self.order(|answer| Order::Start { spec, answer }).await
    }

    /// Ends a child by its shutdown policy and waits until it has ended. Its specification stays, unless it is
    /// temporary. A child that does not run stays so, also if it was about to be restarted.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotFound`].
    pub async fn terminate_child(&self, id: &str) -> Result<(), ChildError> {
        let child = Which::Id(id.to_owned());
        self.order(|answer| Order::Terminate { child, answer }).await
    }

    pub(super) async fn terminate_actor(&self, actor: &AnyActorRef) -> Result<(), ChildError> {
        let child = Which::Actor(actor.clone());
        self.order(|answer| Order::Terminate { child, answer }).await
    }

    /// Starts a child that does not run, as a new actor. `None` if it declined to run.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotFound`], [`Running`](ChildError::Running), [`Restarting`](ChildError::Restarting), or
    /// [`Start`](ChildError::Start).
    pub async fn restart_child(&self, id: &str) -> Result<Option<AnyActorRef>, ChildError> {
        let id = id.to_owned();
        self.order(|answer| Order::Restart { id, answer }).await
    }

    /// Forgets a child that does not run.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotFound`], [`Running`](ChildError::Running) or [`Restarting`](ChildError::Restarting).
    pub async fn delete_child(&self, id: &str) -> Result<(), ChildError> {
        let id = id.to_owned();
        self.order(|answer| Order::Delete { id, answer }).await
    }

    /// The children, those started last first.
    ///
    /// # Errors
    ///
    /// [`ChildError::Stopped`] if the supervisor has ended.
    pub async fn which_children(&self) -> Result<Vec<ChildInfo>, ChildError> {
        self.order(|answer| Order::WhichChildren { answer }).await
    }

    /// How many children there are.
    ///
    /// # Errors
    ///
    /// [`ChildError::Stopped`] if the supervisor has ended.
    pub async fn count_children(&self) -> Result<ChildCounts, ChildError> {
        self.order(|answer| Order::CountChildren { answer }).await
    }

    /// The specification of a child. Dynamic children have none.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotFound`].
    pub async fn get_child_spec(&self, id: &str) -> Result<ChildSpec, ChildError> {
        let id = id.to_owned();
        self.order(|answer| Order::Spec { id, answer }).await
    }

    /// Shuts the supervisor down, its children first, and waits until it has ended.
    pub async fn shutdown(&self) {
        self.actor.any().shut_down();
        self.actor.wait().await;
    }

    /// Kills the supervisor and everything below it; no hook runs. A nested one is restarted like any other child.
    pub fn kill(&self) {
        self.actor.kill();
    }

    /// Waits until the supervisor has ended for good, and gives the reason.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn wait(&self) -> ExitReason {
        self.actor.wait().await
    }

    /// Its number in its system.
    pub fn id(&self) -> ActorId {
        self.actor.id()
    }

    /// Where it stands in the tree.
    pub fn path(&self) -> ActorPath {
        self.actor.path()
    }

    /// Whether it has not ended.
    pub fn is_alive(&self) -> bool {
        self.actor.is_alive()
    }
}

impl From<&SupervisorRef> for AnyActorRef {
    fn from(supervisor: &SupervisorRef) -> Self {
        (&supervisor.actor).into()
    }
}

impl Watchable for SupervisorRef {
    fn watched(&self) -> Arc<dyn Watched> {
        self.actor.watched()
    }
}

impl PartialEq for SupervisorRef {
    fn eq(&self, other: &Self) -> bool {
        self.actor == other.actor
    }
}

impl Eq for SupervisorRef {}

impl Hash for SupervisorRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.actor.hash(state);
    }
}

impl fmt::Debug for SupervisorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SupervisorRef({})", self.path())
    }
}
