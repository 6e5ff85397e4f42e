//! The specification of one child.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::nursery::{Nursery, Workshop};
use super::strategy::{AutoShutdown, Decide, Directive, ShutdownPolicy};
use super::tree::Tree;
use super::{Backoff, IntoActor, Restart, Siblings};
use crate::error::{ActorError, SpecError};
use crate::id::is_valid_name;
use crate::kernel::actor::Actor;
use crate::kernel::options::ActorOptions;
use crate::mailbox::Mailbox;

/// How long a worker may take to end unless its specification says otherwise. OTP's.
const DEFAULT_SHUTDOWN: Duration = Duration::from_secs(5);

/// How a supervisor starts, restarts and ends one child. Permanent unless it says otherwise.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Catalog;
/// # impl Actor for Catalog {}
/// # impl Catalog { fn open(_: &str) -> Result<Self, ActorError> { Ok(Self) } }
/// let spec = ChildSpec::new("catalog", || Catalog::open("catalog.csv"))
///     .restart(Restart::transient())
///     .shutdown(ShutdownPolicy::Timeout(Duration::from_secs(30)))
///     .backoff(Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10)));
/// # assert_eq!(spec.id(), "catalog");
/// ```
#[derive(Clone)]
pub struct ChildSpec {
    pub(super) id: Arc<str>,
    pub(super) terms: Terms,
    pub(super) options: ActorOptions,
    pub(super) nursery: Arc<dyn Nursery>,
}

/// What was agreed about a child, whoever it is.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) kind: ChildKind,
    pub(super) restart: Restart,
    pub(super) shutdown: ShutdownPolicy,
    pub(super) significant: bool,
    pub(super) backoff: Option<Backoff>,
    pub(super) decide: Option<Decide>,
}

/// Whether a child is a supervisor itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildKind {
    /// Any other actor.
    Worker,
    /// A supervisor, with children of its own.
    Supervisor,
}

impl ChildSpec {
    /// A worker, whose state the factory makes anew for each of its lives.
    pub fn new<F, R>(id: impl Into<Arc<str>>, mut factory: F) -> Self
    where
        F: FnMut() -> R + Send + 'static,
        R: IntoActor,
    {
        Self::with_siblings(id, move |_| factory())
    }

    /// A worker whose factory may look at the children that were started before it.
    ///
    /// ```
    /// # use actors_core::*;
    /// # struct Catalog;
    /// # impl Actor for Catalog {}
    /// # struct Payments(ActorRef<Catalog>);
    /// # impl Actor for Payments {}
    /// # #[tokio::main] async fn main() -> Result<(), ActorError> {
    /// # let system = ActorSystem::new();
    /// let shop = Supervisor::rest_for_one()
    ///     .child(ChildSpec::new("catalog", || Catalog))
    ///     .child(ChildSpec::with_siblings("payments", |siblings| {
    ///         Ok::<_, ChildError>(Payments(siblings.get("catalog")?))
    ///     }))
    ///     .start(&system)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with_siblings<F, R>(id: impl Into<Arc<str>>, factory: F) -> Self
    where
        F: FnMut(&Siblings) -> R + Send + 'static,
        R: IntoActor,
    {
        let terms = Terms::of_worker();
        Self { id: id.into(), terms, options: R::Actor::options(), nursery: Arc::new(Workshop::new(factory)) }
    }

    /// A nested supervisor, which may take as long as it needs to end.
    pub fn supervisor(id: impl Into<Arc<str>>, tree: impl Into<Tree>) -> Self {
        let tree = tree.into();
        let options = tree.options.clone();
        let terms =
            Terms { kind: ChildKind::Supervisor, shutdown: ShutdownPolicy::Infinity, ..Terms::of_worker() };
        Self { id: id.into(), terms, options, nursery: Arc::new(tree) }
    }

    /// Sets which ends are followed by a restart. How many there may be is the supervisor's intensity.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> Self {
        self.terms.restart = restart;
        self
    }

    /// Sets how it is ended: within 5 s unless set, a supervisor without a limit.
    #[must_use]
    pub fn shutdown(mut self, policy: ShutdownPolicy) -> Self {
        self.terms.shutdown = policy;
        self
    }

    /// Lets its end count for the supervisor's [`AutoShutdown`].
    #[must_use]
    pub fn significant(mut self, significant: bool) -> Self {
        self.terms.significant = significant;
        self
    }

    /// Waits before each restart; messages wait in the mailbox meanwhile.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.terms.backoff = Some(backoff);
        self
    }

    /// Decides by the error what follows a failure, before the restart type does; a panic comes as a
    /// [`PanicError`](crate::PanicError). Kills, stops and starts that fail are not asked about. A hook that panics leaves
    /// it to the restart type.
    #[must_use]
    pub fn decide(mut self, decide: impl Fn(&ActorError) -> Directive + Send + Sync + 'static) -> Self {
        self.terms.decide = Some(Arc::new(decide));
        self
    }

    /// Sets the bound and the overflow policy of the mailbox.
    #[must_use]
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.options = self.options.mailbox(mailbox);
        self
    }

    /// Registers the child under a name in the whole system, beside its id.
    #[must_use]
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.options = self.options.name(name);
        self
    }

    /// Has a task of the actor's own run it: see [`ActorOptions::own_task`](crate::ActorOptions::own_task).
    #[must_use]
    pub fn own_task(mut self) -> Self {
        self.options = self.options.own_task();
        self
    }

    /// Runs the child on a thread of its own, where its handlers may block.
    #[must_use]
    pub fn dedicated_thread(mut self) -> Self {
        self.options = self.options.dedicated_thread();
        self
    }

    /// Its id, one of its supervisor's.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is a supervisor.
    pub fn kind(&self) -> ChildKind {
        self.terms.kind
    }

    /// Which ends are followed by a restart.
    pub fn restart_type(&self) -> Restart {
        self.terms.restart
    }

    /// How it is ended.
    pub fn shutdown_policy(&self) -> ShutdownPolicy {
        self.terms.shutdown
    }

    /// Whether its end counts for the supervisor's [`AutoShutdown`].
    pub fn is_significant(&self) -> bool {
        self.terms.significant
    }

    /// Looks at the specification alone, and below it.
    pub(super) fn check(&self, auto_shutdown: AutoShutdown) -> Result<(), SpecError> {
        if !is_valid_name(&self.id) {
            return Err(SpecError::InvalidId(self.id.to_string()));
        }
        self.terms.check(&self.id, auto_shutdown)?;
        self.nursery.check()
    }
}

impl Terms {
    pub(super) fn of_worker() -> Self {
        Self {
            kind: ChildKind::Worker,
            restart: Restart::permanent(),
            shutdown: ShutdownPolicy::Timeout(DEFAULT_SHUTDOWN),
            significant: false,
            backoff: None,
            decide: None,
        }
    }

    pub(super) fn check(&self, id: &str, auto_shutdown: AutoShutdown) -> Result<(), SpecError> {
        if self.restart.has_limit() {
            return Err(SpecError::RestartLimit(id.to_owned()));
        }
        if self.significant && self.restart.is_permanent() {
            return Err(SpecError::SignificantPermanent(id.to_owned()));
        }
        if self.significant && auto_shutdown == AutoShutdown::Never {
            return Err(SpecError::SignificantWithoutAutoShutdown(id.to_owned()));
        }
        Ok(())
    }
}

impl fmt::Debug for ChildSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildSpec")
            .field("id", &self.id)
            .field("kind", &self.terms.kind)
            .field("restart", &self.terms.restart)
            .field("shutdown", &self.terms.shutdown)
            .field("significant", &self.terms.significant)
            .field("backoff", &self.terms.backoff)
            .finish_non_exhaustive()
    }
}
