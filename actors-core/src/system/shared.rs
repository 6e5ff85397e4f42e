//! What all handles of one system share.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::ActorSystem;
use super::directory::Directory;
use super::errors::{ErrorHandler, UnheardError};
use super::extensions::Extensions;
use super::registry::Registry;
use super::settings::SystemBuilder;
use super::shutdown::{Hooks, ShutdownReport};
use super::watchdog::Watchdog;
use crate::error::StartError;
use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath};
use crate::kernel::actor::Actor;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::ask::{DeadlineQueue, Leavers};
use crate::kernel::context::Context;
use crate::kernel::host::Host;
use crate::mailbox::{Home, Mailbox, WeakHome};
use crate::observe::{DeadLetterOffice, LifecycleEvent, Topic};
use crate::panics::contain;
use crate::sched::{BlockingPool, Chains, Executor, post_sentinel};
use crate::timer::TimerQueue;

pub(crate) struct Shared {
    pub(super) runtime: Handle,
    pub(super) executor: Option<Box<dyn Executor>>,
    pub(super) default_mailbox: Mailbox,
    pub(super) registry: Registry,
    pub(super) dead_letters: DeadLetterOffice,
    pub(super) errors: Topic<UnheardError>,
    pub(super) error_handler: Option<ErrorHandler>,
    pub(super) extensions: Extensions,
    pub(super) hooks: Hooks,
    pub(super) restarts: AtomicU64,
    chains: Arc<Chains>,
    /// As long as the system is there, its actors end with the runtime.
    _guarded: oneshot::Sender<Infallible>,
    blocking: BlockingPool,
    deadlines: DeadlineQueue,
    leavers: Leavers,
    timers: TimerQueue<WeakHome<dyn AnyCell>>,
    next_id: AtomicU64,
    began: Instant,
    pub(super) directory: Arc<Directory>,
    pub(super) lifecycle: Arc<Topic<LifecycleEvent>>,
    watchdog: Watchdog,
    pub(super) shutdown: watch::Sender<ShutdownState>,
    /// The first supervisor without another above it that gave up.
    pub(super) escalated: watch::Sender<Option<UnheardError>>,
}

/// How far the system is on its way out.
#[derive(Clone)]
pub(super) enum ShutdownState {
    Running,
    ShuttingDown,
    Terminated(Arc<ShutdownReport>),
}

impl Shared {
    pub(super) fn new(runtime: Handle, settings: SystemBuilder) -> Self {
        let SystemBuilder { executor, default_mailbox, blocking_threads, error_handler, stuck_after, .. } =
            settings;
        // Inside, because a runtime may have a clock of its own.
        let began = {
            let _inside = runtime.enter();
            Instant::now()
        };
        let directory = Arc::new(Directory::new());
        let lifecycle = Arc::new(Topic::new());
        let watchdog = Watchdog::new(stuck_after, &runtime, began, &directory, lifecycle.clone());
        let dead_letters = DeadLetterOffice::new();
        let deadlines = DeadlineQueue::new(runtime.clone(), dead_letters.late_replies());
        let timers = TimerQueue::new(runtime.clone());
        let chains = Arc::new(Chains::new(runtime.clone()));
        let guarded = {
            let (chains, directory) = (chains.clone(), directory.clone());
            // Actors without tasks of their own end as those do that the runtime drops.
            post_sentinel(&runtime, move || {
                chains.close();
                directory.all().iter().for_each(|cell| cell.kill_for_good());
            })
        };
        Self {
            runtime,
            executor,
            default_mailbox,
            registry: Registry::new(),
            dead_letters,
            errors: Topic::new(),
            error_handler,
            extensions: Extensions::default(),
            hooks: Hooks::default(),
            restarts: AtomicU64::new(0),
            chains,
            _guarded: guarded,
            blocking: BlockingPool::new(blocking_threads),
            deadlines,
            leavers: Leavers::default(),
            timers,
            next_id: AtomicU64::new(0),
            began,
            directory,
            lifecycle,
            watchdog,
            shutdown: watch::Sender::new(ShutdownState::Running),
            escalated: watch::Sender::new(None),
        }
    }

    pub(super) fn escalate(&self, actor: &ActorPath, child: Arc<str>, reason: ExitReason, root: bool) {
        log(|| tracing::error!(supervisor = %actor, child = &*child, %reason, root, "a supervisor gives up"));
        let report = UnheardError::Escalated { actor: actor.clone(), child, reason, root };
        if root {
            self.escalated.send_if_modified(|first| {
                let is_first = first.is_none();
                first.get_or_insert_with(|| report.clone());
                is_first
            });
        }
        self.report(report);
    }

    fn report(&self, error: UnheardError) {
        if let Some(handler) = &self.error_handler {
            // Whatever it does, the actor it hears of goes its way.
            let _ = contain(|| handler(&error));
        }
        self.errors.report(error);
    }
}

/// Logs what holds users' errors, whose `Display` may panic once somebody writes the log.
fn log(write: impl FnOnce()) {
    let _ = contain(write);
}

impl Host for Shared {
    fn next_id(&self) -> ActorId {
        ActorId(self.next_id.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn runtime(&self) -> &Handle {
        &self.runtime
    }

    fn executor(&self) -> Option<&dyn Executor> {
        self.executor.as_deref()
    }

    fn chains(&self) -> &Arc<Chains> {
        &self.chains
    }

    fn default_mailbox(&self) -> Mailbox {
        self.default_mailbox
    }

    fn dead_letters(&self) -> &DeadLetterOffice {
        &self.dead_letters
    }

    fn deadlines(&self) -> &DeadlineQueue {
        &self.deadlines
    }

    fn leavers(&self) -> &Leavers {
        &self.leavers
    }

    fn timers(&self) -> &TimerQueue<WeakHome<dyn AnyCell>> {
        &self.timers
    }

    fn blocking_pool(&self) -> &BlockingPool {
        &self.blocking
    }

    fn unheard_error(&self, from: &ActorPath, message_type: &'static str, error: String) {
        tracing::error!(actor = %from, message_type, error, "an error was answered to a message nobody waits for");
        self.report(UnheardError::Reply { actor: from.clone(), message_type, error: error.into() });
    }

    fn life_failed(&self, cell: &dyn AnyCell, reason: &ExitReason, restarting: bool) {
        let actor = cell.core().path();
        log(|| tracing::error!(%actor, %reason, restarting, "an actor failed"));
        if restarting {
            self.restarts.fetch_add(1, Ordering::Relaxed);
        }
        self.report(UnheardError::Life { actor, reason: reason.clone(), restarting });
    }

    fn failure_overlooked(&self, cell: &dyn AnyCell, reason: &ExitReason) {
        let actor = cell.core().path();
        log(|| tracing::error!(%actor, %reason, "an actor failed and goes on"));
        self.report(UnheardError::Overlooked { actor, reason: reason.clone() });
    }

    fn lifecycle(&self) -> &Topic<LifecycleEvent> {
        &self.lifecycle
    }

    fn watch_over(&self) {
        self.watchdog.wake(&self.runtime);
    }

    fn clock(&self) -> u32 {
        self.began.elapsed().as_millis() as u32
    }

    fn children_of(&self, parent: ActorId) -> Vec<ActorId> {
        self.directory.children_of(parent)
    }

    fn admit(&self, cell: &Home<dyn AnyCell>) -> Result<(), StartError> {
        let core = cell.core();
        if !self.directory.enter(cell) {
            return Err(StartError::ShuttingDown);
        }
        self.watchdog.wake(&self.runtime);
        match core.name() {
            Some(name) if !self.registry.register(name, cell) => {
                self.directory.withdraw(&**cell);
                Err(StartError::NameTaken(name.to_string()))
            }
            _ => Ok(()),
        }
    }

    fn dismiss(&self, cell: &dyn AnyCell) {
        let core = cell.core();
        if let Some(name) = core.name() {
            self.registry.release(name, core.id);
        }
        self.directory.leave(cell);
    }
}

impl<A: Actor> Context<A> {
    /// The system this actor runs in.
    pub fn system(&self) -> ActorSystem {
        let host: Arc<dyn Any + Send + Sync> = self.host().clone();
        ActorSystem(host.downcast().expect("actors are launched by systems only"))
    }
}
