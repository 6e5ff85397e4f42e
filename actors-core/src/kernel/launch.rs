//! Bringing an actor to life.

use std::sync::Arc;

use crate::error::StartError;
use crate::exit::ExitReason;
use crate::id::{ActorPath, is_valid_name};
use crate::kernel::actor::Actor;
use crate::kernel::cell::{AnyCell, Cell};
use crate::kernel::custody::Lives;
use crate::kernel::host::Host;
use crate::kernel::life::{Life, StartReport};
use crate::kernel::options::ActorOptions;
use crate::kernel::refs::ActorRef;
use crate::sched::run_on_own_thread;

/// What is to be launched, and how.
pub(crate) struct Launch<A: Actor> {
    pub(crate) options: ActorOptions,
    pub(crate) lives: Lives<A>,
    pub(crate) parent: Option<ActorPath>,
    pub(crate) report: Option<StartReport>,
}

impl<A: Actor> Launch<A> {
    /// One life, with the options of the actor's type.
    pub(crate) fn one_life(actor: A) -> Self {
        Self { options: A::options(), lives: Lives::One(Some(actor)), parent: None, report: None }
    }

    /// Owned by the actor at `parent`.
    pub(crate) fn under(mut self, parent: ActorPath) -> Self {
        self.parent = Some(parent);
        self
    }
}

/// Starts the actor's task. The reference is good at once: messages wait until the actor has started.
///
/// If it may not start, the reference is to an actor that has ended, and the report says why.
pub(crate) fn launch<A: Actor>(host: Arc<dyn Host>, launch: Launch<A>) -> ActorRef<A> {
    let Launch { options, lives, parent, report } = launch;
    let mailbox = options.mailbox.unwrap_or_else(|| host.default_mailbox());
    let retained = parent.is_some() || options.name.is_some();
    let cell = Arc::new(Cell::<A>::new(host.clone(), options.name, parent.as_ref(), mailbox, retained));
    let actor = ActorRef::new(cell.clone());
    let life = Life::new(cell.clone(), lives, report);
    if let Err(error) = admit(&*host, &cell, parent.is_none()) {
        refuse(life, error);
        return actor;
    }
    if !options.dedicated_thread {
        host.runtime().spawn(life);
        return actor;
    }
    let thread = cell.core.path().to_string();
    if let Err(error) = run_on_own_thread(host.runtime(), thread, life) {
        // The life went down with the thread that could not be started, and has told everybody.
        tracing::error!(actor = %cell.core.path(), %error, "no thread for a dedicated actor");
    }
    actor
}

fn admit<A: Actor>(host: &dyn Host, cell: &Arc<Cell<A>>, top_level: bool) -> Result<(), StartError> {
    if let Some(name) = &cell.core.name
        && !is_valid_name(name)
    {
        return Err(StartError::InvalidName(name.to_string()));
    }
    let cell: Arc<dyn AnyCell> = cell.clone();
    host.admit(&cell, top_level)
}

fn refuse<A: Actor>(life: Life<A>, error: StartError) {
    let reason = match &error {
        StartError::ShuttingDown => ExitReason::Shutdown,
        error => ExitReason::Failed(error.clone().into()),
    };
    match life.refuse(&reason) {
        // Whoever started it may have stopped waiting.
        Some(report) => drop(report.send(Err(error))),
        None if reason.is_normal() => {}
        None => tracing::error!(%error, "an actor could not start"),
    }
}
