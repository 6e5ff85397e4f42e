//! What brings a child to life: the factory of a worker, or the tree of a nested supervisor.

use std::sync::Arc;

use super::post::Post;
use super::roster::{Occupant, Roster};
use super::{IntoActor, Siblings};
use crate::error::{ActorError, SpecError, StartError};
use crate::exit::ExitReason;
use crate::kernel::cell::AnyCell;
use crate::kernel::custody::{BoxFuture, Custodian, LifeEnd, Lives, Verdict};
use crate::kernel::host::Host;
use crate::kernel::launch::{Launch, Owner, try_launch};
use crate::kernel::options::ActorOptions;
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
    factory: Arc<Lock<F>>,
}

impl<F> Workshop<F> {
    pub(super) fn new(factory: F) -> Self {
        Self { factory: Arc::new(Lock::new(factory)) }
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
        let worker = Worker { factory: self.factory.clone(), siblings, post: post.clone() };
        let launch = Launch { options, lives: Lives::Many(Box::new(worker)), owner, report: None };
        let actor = try_launch(host, launch).map_err(|refused| refused.error)?;
        let cell: Arc<dyn AnyCell> = actor.cell().clone();
        Ok(Occupant { cell, post, tree: None })
    }
}

/// The custodian of a worker.
struct Worker<F> {
    factory: Arc<Lock<F>>,
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
        (self.factory.lock())(&self.siblings).into_actor()
    }

    fn life_started(&mut self) {
        self.post.life_started();
    }

    fn resumes_after(&mut self, reason: &ExitReason) -> bool {
        self.post.resumes_after(reason)
    }

    fn verdict(&mut self, end: LifeEnd) -> BoxFuture<'static, Verdict> {
        self.post.life_over(end)
    }

    fn is_supervisor(&self) -> bool {
        true
    }
}
