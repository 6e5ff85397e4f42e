//! What the kernel needs of the system it runs in.

use std::any::Any;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::error::StartError;
use crate::id::{ActorId, ActorPath};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::ask::{DeadlineQueue, Leavers};
use crate::mailbox::{Home, Mailbox, WeakHome};
use crate::observe::{DeadLetterOffice, LifecycleEvent, Topic};
use crate::sched::{BlockingPool, Chains, Executor};
use crate::timer::TimerQueue;

/// The system, as seen from below. `Any` lets the system find itself again behind an actor's context.
pub(crate) trait Host: Any + Send + Sync {
    fn next_id(&self) -> ActorId;

    fn runtime(&self) -> &Handle;

    /// Who runs the actors instead of the runtime, if somebody does.
    fn executor(&self) -> Option<&dyn Executor>;

    /// The turns of actors that follow one another.
    fn chains(&self) -> &Arc<Chains>;

    fn default_mailbox(&self) -> Mailbox;

    fn dead_letters(&self) -> &DeadLetterOffice;

    fn deadlines(&self) -> &DeadlineQueue;

    /// Those who are to end and wait for answers.
    fn leavers(&self) -> &Leavers;

    fn timers(&self) -> &TimerQueue<WeakHome<dyn AnyCell>>;

    fn blocking_pool(&self) -> &BlockingPool;

    /// An error was answered to a message nobody waits for.
    fn unheard_error(&self, from: &ActorPath, message_type: &'static str, error: String);

    /// A life ended in failure. `restarting` tells whether another one follows.
    fn life_failed(&self, cell: &dyn AnyCell, reason: &crate::exit::ExitReason, restarting: bool);

    /// A life goes on although it had failed.
    fn failure_overlooked(&self, cell: &dyn AnyCell, reason: &crate::exit::ExitReason);

    /// Where what becomes of actors is reported.
    fn lifecycle(&self) -> &Topic<LifecycleEvent>;

    /// An actor waits with work to do.
    fn watch_over(&self);

    /// Milliseconds since the system was made; begins anew after 49 days.
    fn clock(&self) -> u32;

    /// The actors that this one owns, the oldest first.
    fn children_of(&self, parent: ActorId) -> Vec<ActorId>;

    /// An actor is about to run; registers its name and, without a parent, the actor itself.
    fn admit(&self, cell: &Home<dyn AnyCell>) -> Result<(), StartError>;

    /// An actor has ended; its name is free from now on.
    fn dismiss(&self, cell: &dyn AnyCell);
}
