//! The phases of an actor's lives.

use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::custody::{BoxFuture, Verdict};
use crate::kernel::envelope::Body;

/// Two words: what few turns see lies in boxes.
pub(super) enum Phase<A: Actor> {
    /// With a body if the state was there from the beginning.
    Born(Option<Body<A>>),
    /// The `started` hook runs; begun once.
    Starting(Body<A>),
    Running(Body<A>),
    Parting(Box<Parting<A>>),
    Stopping(Box<Stopping<A>>),
    Judging(Box<Judging>),
    Leaving(Box<Leaving>),
    Ended,
}

/// The children end. The `stopped` hook follows if the life had started and was not killed.
pub(super) struct Parting<A: Actor> {
    pub(super) body: Body<A>,
    pub(super) reason: ExitReason,
    pub(super) children: BoxFuture<'static, ()>,
    pub(super) hook: bool,
}

/// The `stopped` hook runs.
pub(super) struct Stopping<A: Actor> {
    pub(super) body: Body<A>,
    pub(super) reason: ExitReason,
}

/// Somebody decides what follows.
pub(super) struct Judging {
    pub(super) verdict: BoxFuture<'static, Verdict>,
    pub(super) reason: ExitReason,
}

/// What is not to outlive the actor ends.
pub(super) struct Leaving {
    pub(super) farewell: BoxFuture<'static, ()>,
    pub(super) reason: ExitReason,
}
