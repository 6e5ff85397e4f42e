//! Supervisors by hand: what they are to do and which children they begin with.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::DynamicSupervisor;
use super::child_spec::ChildSpec;
use super::nursery::{Cradle, Nursery};
use super::overseer::{self, Ready};
use super::post::Post;
use super::reference::SupervisorRef;
use super::roster::{Occupant, Roster};
use super::strategy::{AutoShutdown, Directive, Policy, Strategy};
use crate::error::{ActorError, SpecError, StartError};
use crate::exit::ExitReason;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::custody::{BoxFuture, Custodian, LifeEnd, Lives, Verdict};
use crate::kernel::launch::{Launch, Owner, launch, try_launch};
use crate::kernel::options::ActorOptions;
use crate::mailbox::Home;
use crate::system::ActorSystem;

/// A supervisor about to be started: a strategy, an intensity, children in the order of their start.
///
/// Strategies, restart types and intensity are those of OTP's `supervisor`.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Catalog; impl Actor for Catalog {}
/// # struct Payments; impl Actor for Payments {}
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let system = ActorSystem::new();
/// let shop: SupervisorRef = Supervisor::rest_for_one()
///     .intensity(3, Duration::from_secs(5))
///     .child(ChildSpec::new("catalog", || Catalog))
///     .child(ChildSpec::new("payments", || Payments).restart(Restart::transient()))
///     .start(&system)
///     .await?;
/// let catalog: ActorRef<Catalog> = shop.child("catalog")?;
/// shop.shutdown().await;
/// # Ok(()) }
/// ```
#[must_use = "nothing runs until `start`"]
#[derive(Clone, Debug)]
pub struct Supervisor {
    tree: Tree,
}

/// A supervisor of whatever kind, as [`ChildSpec::supervisor`] takes it.
#[derive(Clone)]
pub struct Tree {
    pub(super) policy: Policy,
    pub(super) children: Vec<ChildSpec>,
    pub(super) options: ActorOptions,
}

impl Supervisor {
    /// Restarts the child that failed.
    pub fn one_for_one() -> Self {
        Self::with(Strategy::OneForOne)
    }

    /// Restarts all children when one has failed.
    pub fn one_for_all() -> Self {
        Self::with(Strategy::OneForAll)
    }

    /// Restarts the child that failed and those started after it.
    pub fn rest_for_one() -> Self {
        Self::with(Strategy::RestForOne)
    }

    /// Restarts the child that failed; children have no ids, and come and go. OTP's `simple_one_for_one`.
    pub fn dynamic() -> DynamicSupervisor {
        DynamicSupervisor::new()
    }

    fn with(strategy: Strategy) -> Self {
        Self { tree: Tree::new(Policy::new(strategy)) }
    }

    /// Allows at most `restarts` within any stretch of time `within`; at one more the supervisor ends with
    /// [`ExitReason::Shutdown`]. The default is 1 in 5 s; 0 allows none.
    pub fn intensity(mut self, restarts: u32, within: Duration) -> Self {
        (self.tree.policy.intensity, self.tree.policy.within) = (restarts, within);
        self
    }

    /// Ends the supervisor when its significant children have ended by themselves.
    pub fn auto_shutdown(mut self, auto_shutdown: AutoShutdown) -> Self {
        self.tree.policy.auto_shutdown = auto_shutdown;
        self
    }

    /// Decides by the error what follows the failure of a child whose specification does not decide.
    pub fn decide(mut self, decide: impl Fn(&ActorError) -> Directive + Send + Sync + 'static) -> Self {
        self.tree.policy.decide = Some(Arc::new(decide));
        self
    }

    /// Registers the supervisor under a name in the system.
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.tree.options = self.tree.options.name(name);
        self
    }

    /// Adds a child, started after those added before.
    pub fn child(mut self, spec: ChildSpec) -> Self {
        self.tree.children.push(spec);
        self
    }

    /// Starts the children in order and waits until all have started.
    ///
    /// The tree then runs until it is shut down, gives up or the system ends, whoever keeps the reference.
    ///
    /// # Errors
    ///
    /// [`StartError::Spec`] before anything is started; [`StartError::Child`] if a child does not start, after those
    /// before it have been stopped in reverse order.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the start goes on.
    pub async fn start(self, system: &ActorSystem) -> Result<SupervisorRef, StartError> {
        self.tree.start(system).await
    }
}

impl Tree {
    pub(super) fn new(policy: Policy) -> Self {
        // In a line, it would come between the crash of one child and that of the next; with a task it comes after those that fail at
        // the same time, as far as tasks do.
        let options = match policy.strategy {
            Strategy::OneForOne => ActorOptions::new(),
            Strategy::OneForAll | Strategy::RestForOne => ActorOptions::new().own_task(),
        };
        Self { policy, children: Vec::new(), options }
    }

    pub(super) async fn start(self, system: &ActorSystem) -> Result<SupervisorRef, StartError> {
        self.check_all()?;
        let roster = self.roster(false);
        let (ready, up) = oneshot::channel();
        let overseer = overseer::Supervisor::new(roster.clone(), Ready::Root(ready));
        let (report, begun) = oneshot::channel();
        let lives = Lives::One(overseer);
        let actor = launch(
            system.host(),
            Launch { options: self.options, lives, owner: Owner::System, report: Some(report) },
        );
        match begun.await {
            Ok(outcome) => outcome?,
            Err(_) => return Err(StartError::Stopped),
        }
        if up.await.is_ok() {
            return Ok(SupervisorRef::new(actor, roster));
        }
        Err(StartError::of_life(&actor.wait().await))
    }

    fn roster(&self, is_nested: bool) -> Arc<Roster> {
        Arc::new(Roster::new(self.policy.clone(), self.children.clone(), is_nested))
    }

    fn check_all(&self) -> Result<(), SpecError> {
        if self.policy.within.is_zero() {
            return Err(SpecError::EmptyWindow);
        }
        let mut ids = HashSet::new();
        for spec in &self.children {
            spec.check(self.policy.auto_shutdown)?;
            if !ids.insert(&spec.id) {
                return Err(SpecError::DuplicateId(spec.id.to_string()));
            }
        }
        self.policy.dynamic.as_ref().map_or(Ok(()), |terms| terms.check("dynamic", self.policy.auto_shutdown))
    }
}

impl From<Supervisor> for Tree {
    fn from(supervisor: Supervisor) -> Self {
        supervisor.tree
    }
}

impl Nursery for Tree {
    fn launch(&self, cradle: Cradle) -> Result<Occupant, StartError> {
        let Cradle { host, options, owner, post, .. } = cradle;
        let roster = self.roster(true);
        let custodian = Nested { roster: roster.clone(), post: post.clone() };
        let launch = Launch { options, lives: Lives::Many(Box::new(custodian)), owner, report: None };
        let actor = try_launch(host, launch).map_err(|refused| refused.error)?;
        let cell: Home<dyn AnyCell> = actor.cell().clone().upcast();
        Ok(Occupant { cell, post, tree: Some(roster) })
    }

    fn check(&self) -> Result<(), SpecError> {
        self.check_all()
    }
}

/// The custodian of a nested supervisor, whose static children outlive its lives.
struct Nested {
    roster: Arc<Roster>,
    post: Arc<Post>,
}

impl Custodian<overseer::Supervisor> for Nested {
    fn build(&mut self) -> Result<overseer::Supervisor, ActorError> {
        self.post.life_begins();
        Ok(overseer::Supervisor::new(self.roster.clone(), Ready::Child(self.post.clone())))
    }

    fn resumes_after(&mut self, reason: &ExitReason) -> bool {
        self.post.resumes_after(reason)
    }

    fn end_with_a_stop(&mut self) -> bool {
        self.post.end_with_a_stop()
    }

    fn verdict(&mut self, end: LifeEnd) -> BoxFuture<'static, Verdict> {
        self.post.life_over(end)
    }

    fn farewell(&mut self) -> Option<BoxFuture<'static, ()>> {
        let roster = self.roster.clone();
        Some(Box::pin(async move {
            roster.dismiss_all().await;
            roster.close();
        }))
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("strategy", &self.policy.strategy)
            .field("intensity", &(self.policy.intensity, self.policy.within))
            .field("auto_shutdown", &self.policy.auto_shutdown)
            .field("children", &self.children)
            .finish_non_exhaustive()
    }
}
