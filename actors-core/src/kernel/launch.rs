//! Bringing an actor to life.

use std::sync::Arc;

use crate::error::StartError;
use crate::id::{ActorId, ActorPath, is_valid_name};
use crate::kernel::actor::Actor;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::{Cell, Core};
use crate::kernel::custody::Lives;
use crate::kernel::host::Host;
use crate::kernel::life::{Life, StartReport};
use crate::kernel::options::ActorOptions;
use crate::kernel::refs::ActorRef;
use crate::kernel::task::Task;
use crate::mailbox::{Home, Outlet};
use crate::sched::run_on_own_thread;

/// What is to be launched, and how.
pub(crate) struct Launch<A: Actor> {
    pub(crate) options: ActorOptions,
    pub(crate) lives: Lives<A>,
    pub(crate) owner: Owner,
    pub(crate) report: Option<StartReport>,
}

/// Who keeps an actor beside those who have references to it.
pub(crate) enum Owner {
    /// Nobody; the system ends it.
    Nobody,
    /// The system alone: it runs until it is shut down, whoever has references.
    System,
    /// This actor, under this label if it has one.
    Parent(Parent, Option<Arc<str>>),
}

/// The actor that owns another one.
pub(crate) struct Parent {
    pub(crate) id: ActorId,
    pub(crate) path: ActorPath,
}

impl Parent {
    pub(crate) fn of(core: &Core) -> Self {
        Self { id: core.id, path: core.path() }
    }
}

impl<A: Actor> Launch<A> {
    /// One life, with the options of the actor's type.
    pub(crate) fn one_life(actor: A) -> Self {
        Self { options: A::options(), lives: Lives::One(actor), owner: Owner::Nobody, report: None }
    }

    /// Owned by another actor.
    pub(crate) fn under(mut self, parent: &Core) -> Self {
        self.owner = Owner::Parent(Parent::of(parent), None);
        self
    }
}

/// Starts the actor's task. The reference is good at once: messages wait until the actor has started.
///
/// If it may not start, the reference is to an actor that has ended, and the report says why.
pub(crate) fn launch<A: Actor>(host: Arc<dyn Host>, launch: Launch<A>) -> ActorRef<A> {
    match try_launch(host, launch) {
        Ok(actor) => actor,
        Err(refused) => {
            match refused.report {
                // Whoever started it may have stopped waiting.
                Some(report) => drop(report.send(Err(refused.error))),
                None if matches!(refused.error, StartError::ShuttingDown) => {}
                None => tracing::error!(error = %refused.error, "an actor could not start"),
            }
            refused.actor
        }
    }
}

/// An actor that may not start.
pub(crate) struct Refused<A: Actor> {
    /// A reference to an actor that has ended.
    pub(crate) actor: ActorRef<A>,
    pub(crate) error: StartError,
    report: Option<StartReport>,
}

/// Starts the actor's task, or says why it may not start.
pub(crate) fn try_launch<A: Actor>(
    host: Arc<dyn Host>,
    launch: Launch<A>,
) -> Result<ActorRef<A>, Refused<A>> {
    let Launch { options, lives, owner, report } = launch;
    let mailbox = options.mailbox.unwrap_or_else(|| host.default_mailbox());
    let actor = ActorRef::new(Cell::<A>::new(
        host,
        options.name,
        owner,
        mailbox,
        options.dedicated_thread || options.own_task,
    ));
    let (cell, host) = (actor.cell(), &*actor.cell().core.host);
    if let Some(limit) = options.stash {
        cell.core.limit_stash(limit);
    }
    let mut life = Life::of(Outlet::first(cell));
    life.conceive(lives, report);
    if let Err(error) = admit(host, cell) {
        let report = life.refuse(&error.clone().into_exit());
        return Err(Refused { actor, error, report });
    }
    if options.dedicated_thread {
        let thread = cell.core.path().to_string();
        let me = cell.downgrade();
        let abandon = move || {
            if let Some(cell) = me.upgrade() {
                <dyn AnyCell>::kill_for_good(&*cell);
            }
        };
        cell.inbox.engage_task();
        if let Err(error) = run_on_own_thread(host.runtime(), thread, Task::new(cell.clone()), abandon) {
            // The life went down with the thread that could not be started, and has told everybody.
            tracing::error!(actor = %cell.core.path(), %error, "no thread for a dedicated actor");
        }
    } else if let Some(executor) = host.executor() {
        cell.inbox.engage_task();
        executor.run(cell.core.path(), Box::pin(Task::new(cell.clone())));
    } else {
        Cell::begin(cell);
    }
    Ok(actor)
}

fn admit<A: Actor>(host: &dyn Host, cell: &Home<Cell<A>>) -> Result<(), StartError> {
    if let Some(name) = cell.core.name()
        && !is_valid_name(name)
    {
        return Err(StartError::InvalidName(name.to_string()));
    }
    host.admit(&cell.lend())
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    struct Nobody;

    impl Actor for Nobody {}

    #[test]
    fn a_cell_and_its_counts_fill_a_piece_of_the_pool() {
        let counts = 2 * size_of::<u32>();
        assert!(counts + size_of::<Cell<Nobody>>() <= 256, "the next size takes 64 bytes more of each actor");
    }
}
