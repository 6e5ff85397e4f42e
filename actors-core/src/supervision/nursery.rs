//! What brings a child to life: the factory of a worker, or the tree of a nested supervisor.

use std::sync::Arc;

use super::post::Post;
use super::roster::{Occupant, Roster};
use super::{IntoActor, Siblings};
use crate::error::{ActorError, SpecError, StartError};
use crate::exit::ExitReason;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::custody::{BoxFuture, Custodian, LifeEnd, Lives, Verdict};
use crate::kernel::host::Host;
use crate::kernel::launch::{Launch, Owner, try_launch};
use crate::kernel::options::ActorOptions;
use crate::mailbox::Home;
use crate::panics::drop_quietly;
use crate::sync::Lock;

/// Launches the actor of a child, as often as the child is started anew.
pub(super) trait Nursery: Send + Sync {
    fn launch(&self, cradle: Cradle) -> Result<Occupant, StartError>;

    /// What is wrong below this child.
    fn check(&self) -> Result<(), SpecError> {
        Ok(())
    }
}

/// Where a child comes to life.
pub(super) struct Cradle {
    pub(super) host: Arc<dyn Host>,
    pub(super) options: ActorOptions,
    pub(super) owner: Owner,
    pub(super) post: Arc<Post>,
    /// The children of the same supervisor.
    pub(super) siblings: Arc<Roster>,
}

/// A worker's factory, which all its actors and lives share.
pub(super) struct Workshop<F> {
    factory: Arc<Lock<Factory<F>>>,
}

/// A user's closure. Dropped anywhere, so that a panic in the `Drop` of what it holds does no harm.
struct Factory<F>(Option<F>);

impl<F> Workshop<F> {
    pub(super) fn new(factory: F) -> Self {
        Self { factory: Arc::new(Lock::new(Factory(Some(factory)))) }
    }
}

impl<F> Drop for Factory<F> {
    fn drop(&mut self) {
        drop_quietly(self.0.take());
    }
}

impl<F, R> Nursery for Workshop<F>
where
    F: FnMut(&Siblings) -> R + Send + 'static,
    R: IntoActor,
{
    fn launch(&self, cradle: Cradle) -> Result<Occupant, StartError> {
        let Cradle { host, options, owner, post, siblings } = cradle;
        let siblings = Siblings::new(&siblings);
        let worker = Worker { factory: Some(self.factory.clone()), siblings, post: post.clone() };
        let launch = Launch { options, lives: Lives::Many(Box::new(worker)), owner, report: None };
        let actor = try_launch(host, launch).map_err(|refused| refused.error)?;
        let cell: Home<dyn AnyCell> = actor.cell().clone().upcast();
        Ok(Occupant { cell, post, tree: None })
    }
}

/// What is left of a temporary child's specification once it has been launched: nothing is kept for another start.
pub(super) struct Spent;

impl Nursery for Spent {
    fn launch(&self, _: Cradle) -> Result<Occupant, StartError> {
        let text = "the specification was a running temporary child's, of which no factory is kept";
        Err(StartError::Failed(ActorError::msg(text)))
    }
}

/// The custodian of a worker.
struct Worker<F> {
    /// Gone when the one life of a temporary child has been built.
    factory: Option<Arc<Lock<Factory<F>>>>,
    siblings: Siblings,
    post: Arc<Post>,
}

impl<F, R> Custodian<R::Actor> for Worker<F>
where
    F: FnMut(&Siblings) -> R + Send,
    R: IntoActor,
{
    fn build(&mut self) -> Result<R::Actor, ActorError> {
        self.post.life_begins();
        let kept = if self.post.is_for_one_life() { self.factory.take() } else { self.factory.clone() };
        let spent = || ActorError::msg("a temporary child has one life only");
        let workshop = kept.ok_or_else(spent)?;
        let mut factory = workshop.lock();
        let make = factory.0.as_mut().ok_or_else(spent)?;
        make(&self.siblings).into_actor()
    }

    fn life_started(&mut self) {
        self.post.life_started();
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
}
