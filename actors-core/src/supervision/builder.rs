//! Actors over a factory: with a name, a mailbox, a thread, restarts.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::backoff::Retreat;
use super::restart::RestartWindow;
use super::{Backoff, IntoActor, Restart};
use crate::error::{ActorError, StartError};
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::custody::{BoxFuture, Custodian, LifeEnd, Lives, Verdict};
use crate::kernel::launch::{Launch, Owner, launch};
use crate::kernel::options::ActorOptions;
use crate::kernel::refs::ActorRef;
use crate::mailbox::Mailbox;
use crate::system::ActorSystem;

/// An actor about to be started. Made by [`ActorSystem::actor`].
///
/// An actor with a name can fail to start, so only [`start`](Self::start) starts one.
#[must_use = "nothing runs until `spawn` or `start`"]
pub struct ActorBuilder<F, Name = Anonymous> {
    system: ActorSystem,
    factory: F,
    options: ActorOptions,
    restart: Restart,
    backoff: Option<Backoff>,
    name: PhantomData<Name>,
}

/// The state of a builder whose actor has no name.
#[derive(Debug)]
pub enum Anonymous {}

/// The state of a builder whose actor has a name.
#[derive(Debug)]
pub enum Named {}

/// A builder whose actor cannot fail to start. Not for others to implement.
#[diagnostic::on_unimplemented(
    message = "an actor with a name is started with `.start().await?`",
    label = "it can fail to start: the name may be taken",
    note = "`start` waits until `started` has returned; an actor without a name is spawned at once"
)]
pub trait Spawnable: sealed::Sealed {}

impl Spawnable for Anonymous {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Anonymous {}
}

impl ActorSystem {
    /// Begins an actor over a factory, which makes the state of each of its lives.
    ///
    /// ```
    /// # use actors_core::*;
    /// # use std::time::Duration;
    /// # #[derive(Default)] struct Counter;
    /// # impl Actor for Counter {}
    /// # #[tokio::main] async fn main() {
    /// # let system = ActorSystem::new();
    /// let counter = system
    ///     .actor(Counter::default)
    ///     .mailbox(Mailbox::bounded(64).on_full(OnFull::Reject))
    ///     .restart(Restart::transient().max(3, Duration::from_secs(60)))
    ///     .spawn();
    /// # }
    /// ```
    pub fn actor<F, R>(&self, factory: F) -> ActorBuilder<F>
    where
        F: FnMut() -> R + Send + 'static,
        R: IntoActor,
    {
        let options = R::Actor::options();
        let restart = Restart::temporary();
        ActorBuilder { system: self.clone(), factory, options, restart, backoff: None, name: PhantomData }
    }
}

impl<F, R, Name> ActorBuilder<F, Name>
where
    F: FnMut() -> R + Send + 'static,
    R: IntoActor,
{
    /// Sets the bound and the overflow policy of the mailbox.
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.options = self.options.mailbox(mailbox);
        self
    }

    /// Sets how many messages its stash holds at most: 1,024 unless set.
    pub fn stash(mut self, limit: usize) -> Self {
        self.options = self.options.stash(limit);
        self
    }

    /// Has a task of the actor's own run it: see [`ActorOptions::own_task`](crate::ActorOptions::own_task).
    pub fn own_task(mut self) -> Self {
        self.options = self.options.own_task();
        self
    }

    /// Runs it on a thread of its own, where its handlers may block.
    pub fn dedicated_thread(mut self) -> Self {
        self.options = self.options.dedicated_thread();
        self
    }

    /// Sets which ends are followed by a restart; none unless set.
    ///
    /// A restart keeps the address, the mailbox and what is queued, but not the message that was being handled.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// Waits before each restart; messages wait in the mailbox meanwhile.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// Registers it under a name; from here on only [`start`](Self::start) starts it.
    pub fn name(mut self, name: impl Into<Arc<str>>) -> ActorBuilder<F, Named> {
        self.options = self.options.name(name);
        let Self { system, factory, options, restart, backoff, .. } = self;
        ActorBuilder { system, factory, options, restart, backoff, name: PhantomData }
    }

    /// Starts it and waits until `started` has returned. A first start that fails is not tried again.
    ///
    /// # Errors
    ///
    /// [`StartError`] with what the factory or `started` returned, or that the name is taken.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the actor stops unless it has a name.
    pub async fn start(self) -> Result<ActorRef<R::Actor>, StartError> {
        let (report, started) = oneshot::channel();
        let actor = self.launch(Some(report));
        match started.await {
            Ok(outcome) => outcome.map(|()| actor),
            // The actor's task was dropped with the runtime.
            Err(_) => Err(StartError::Stopped),
        }
    }

    fn launch(self, report: Option<oneshot::Sender<Result<(), StartError>>>) -> ActorRef<R::Actor> {
        let custodian = RestartByPolicy {
            factory: self.factory,
            restart: self.restart,
            window: self.restart.window(),
            backoff: self.backoff.map(Retreat::new),
            up_since: None,
        };
        let lives = Lives::Many(Box::new(custodian));
        launch(self.system.host(), Launch { options: self.options, lives, owner: Owner::Nobody, report })
    }
}

impl<F, R, Name> ActorBuilder<F, Name>
where
    F: FnMut() -> R + Send + 'static,
    R: IntoActor,
{
    /// Starts it and returns at once; messages wait until it has started.
    ///
    /// A start that fails is an end of the actor like any other, and is restarted by the policy.
    pub fn spawn(self) -> ActorRef<R::Actor>
    where
        Name: Spawnable,
    {
        self.launch(None)
    }
}

impl<F, Name> fmt::Debug for ActorBuilder<F, Name> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorBuilder")
            .field("options", &self.options)
            .field("restart", &self.restart)
            .finish()
    }
}

/// Restarts an actor as its policy says, without a supervisor.
struct RestartByPolicy<F> {
    factory: F,
    restart: Restart,
    window: RestartWindow,
    backoff: Option<Retreat>,
    /// Since when the present life has been running; none if it has not started.
    up_since: Option<Instant>,
}

impl<F, R> Custodian<R::Actor> for RestartByPolicy<F>
where
    F: FnMut() -> R + Send,
    R: IntoActor,
{
    fn build(&mut self) -> Result<R::Actor, ActorError> {
        self.up_since = None;
        (self.factory)().into_actor()
    }

    fn life_started(&mut self) {
        self.up_since = Some(Instant::now());
    }

    fn grants_one_life(&self) -> bool {
        self.restart.is_temporary()
    }

    fn end_with_a_stop(&mut self) -> bool {
        !self.restart.applies_to(&ExitReason::Normal)
    }

    fn verdict(&mut self, end: LifeEnd) -> BoxFuture<'static, Verdict> {
        let now = Instant::now();
        if !self.restart.applies_to(&end.reason) || !self.window.allow(now) {
            return Box::pin(std::future::ready(Verdict::Stop));
        }
        let lasted = self.up_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let delay = self.backoff.as_mut().map(|retreat| retreat.next(lasted));
        Box::pin(async move {
            if let Some(delay) = delay {
                tokio::time::sleep(delay).await;
            }
            Verdict::Restart
        })
    }
}
