//! What the failure of one child means for the others, and for their supervisor.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::child_spec::Terms;
use super::restart::{DEFAULT_LIMIT, RestartWindow};
use crate::error::ActorError;
use crate::exit::ExitReason;
use crate::panics::contain;

/// Which children are restarted when one has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// That one.
    OneForOne,
    /// All of them.
    OneForAll,
    /// That one and those started after it.
    RestForOne,
}

/// Whether a supervisor ends when its significant children have ended by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoShutdown {
    /// It does not.
    #[default]
    Never,
    /// When one of them has.
    AnySignificant,
    /// When the last of them has.
    AllSignificant,
}

/// How a supervisor ends a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShutdownPolicy {
    /// At once, without its `stopped` hook.
    Kill,
    /// In order, and at once if that takes longer.
    Timeout(Duration),
    /// In order, however long it takes.
    Infinity,
}

/// What to do about an error of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// Go on with the next message and the same state.
    Resume,
    /// What the restart type says: a new state, or the end of a temporary child.
    Restart,
    /// The end of the child.
    Stop,
    /// The failure of the supervisor, for the same reason.
    Escalate,
}

/// Decides by the error.
pub(super) type Decide = Arc<dyn Fn(&ActorError) -> Directive + Send + Sync>;

/// A panic, as the error that a [`decide`](crate::ChildSpec::decide) hook is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicError(String);

impl PanicError {
    /// The panic's text.
    pub fn message(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PanicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

impl std::error::Error for PanicError {}

/// What `decide` says about an end, if there is an error to decide by. A hook that panics has no say.
pub(super) fn directive(decide: Option<&Decide>, reason: &ExitReason) -> Directive {
    let Some(decide) = decide else { return Directive::Restart };
    let ask = |error: &ActorError| {
        contain(|| decide(error)).unwrap_or_else(|panic| {
            tracing::error!(panic, %error, "deciding about a failure panicked");
            Directive::Restart
        })
    };
    match reason {
        ExitReason::Failed(error) => ask(error),
        ExitReason::Panicked(message) => ask(&ActorError::from(PanicError(message.clone()))),
        _ => Directive::Restart,
    }
}

/// What a supervisor does, whoever its children are.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) strategy: Strategy,
    pub(super) intensity: u32,
    pub(super) within: Duration,
    pub(super) auto_shutdown: AutoShutdown,
    pub(super) decide: Option<Decide>,
    /// What children agree to that have no ids, come and go, and end together.
    pub(super) dynamic: Option<Terms>,
}

impl Policy {
    pub(super) fn new(strategy: Strategy) -> Self {
        let (intensity, within) = DEFAULT_LIMIT;
        let auto_shutdown = AutoShutdown::Never;
        Self { strategy, intensity, within, auto_shutdown, decide: None, dynamic: None }
    }

    pub(super) fn window(&self) -> RestartWindow {
        RestartWindow::new(self.intensity, self.within)
    }
}
