//! What an actor can do from inside its hooks and handlers.

mod aside;
mod children;
mod idle;
mod keyed_timer;
mod links;
mod stash;
mod timers;
mod watches;

pub(crate) use children::unless_killed;
pub use keyed_timer::KeyedTimer;
pub use timers::TimerHandle;

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::error::ActorError;
use crate::exit::ExitReason;
use crate::id::Incarnation;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::{Cell, Core};
use crate::kernel::custody::{BoxFuture, Brood};
use crate::kernel::envelope::Envelope;
use crate::kernel::host::Host;
use crate::kernel::refs::ActorRef;
use crate::kernel::reply::ReplyTo;
use crate::mailbox::{Home, Lane};
use crate::message::Message;
use crate::panics::drop_quietly;
use idle::Idle;
use stash::Stash;
use timers::Timers;
use watches::Watches;

use crate::kernel::watch::WatchId;

/// What an actor can do from inside its hooks and handlers: know itself, spawn, watch, set timers, end.
///
/// It belongs to one life: everything begun with it is cancelled when the life ends.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Worker;
/// # impl Actor for Worker {}
/// # #[derive(Clone)] struct Tick;
/// # impl Message for Tick { type Reply = (); type Kind = Plain; }
/// #[derive(Default)]
/// struct Foreman {
///     ticks: u32,
/// }
///
/// impl Actor for Foreman {
///     async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
///         let worker = ctx.spawn(Worker); // ends with this life
///         ctx.watch(&worker); // its end comes as a message
///         ctx.every(Duration::from_millis(1), Tick); // and so do these
///         Ok(())
///     }
/// }
///
/// impl Handler<Terminated> for Foreman {
///     async fn handle(&mut self, _: Terminated, ctx: &mut Context<Self>) {
///         ctx.fail(ActorError::msg("nobody works any more"));
///     }
/// }
///
/// impl Handler<Tick> for Foreman {
///     async fn handle(&mut self, _: Tick, ctx: &mut Context<Self>) {
///         self.ticks += 1;
///         if self.ticks == 3 {
///             ctx.stop();
///         }
///     }
/// }
///
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// let foreman = system.spawn(Foreman::default());
/// assert!(matches!(foreman.wait().await, ExitReason::Normal));
/// # }
/// ```
pub struct Context<A: Actor> {
    cell: Home<Cell<A>>,
    incarnation: Incarnation,
    outlook: Outlook,
    /// How many handlers and hooks have run in this life.
    handled: u64,
    /// What only some actors use, made when first used.
    extras: Option<Box<Extras<A>>>,
}

/// What is to become of the life.
enum Outlook {
    /// It goes on.
    Bright,
    /// It ends before the next message.
    Ending(ExitReason),
    /// It ends because `started` returned this, whatever it had asked for before. In a box, because it is rare.
    NotStarted(Box<ActorError>),
}

struct Extras<A: Actor> {
    children: Vec<Home<dyn AnyCell>>,
    brood: Option<Arc<dyn Brood>>,
    timers: Timers<A>,
    idle: Option<Box<Idle<A>>>,
    stash: Stash<A>,
    watches: Watches,
    /// Pipes and streams of this life; dropping the set aborts them.
    tasks: JoinSet<()>,
}

impl<A: Actor> Default for Extras<A> {
    fn default() -> Self {
        Self {
            children: Vec::new(),
            brood: None,
            timers: Timers::default(),
            idle: None,
            stash: Stash::default(),
            watches: Watches::default(),
            tasks: JoinSet::new(),
        }
    }
}

/// What makes a message to oneself good at the time of its delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ticket {
    /// The watch has not been given up.
    Watch(WatchId),
    /// The life that began the work is not over.
    Life(Incarnation),
}

impl<A: Actor> Context<A> {
    pub(crate) fn new(cell: Home<Cell<A>>) -> Self {
        let incarnation = cell.core.incarnation();
        Self { cell, incarnation, outlook: Outlook::Bright, handled: 0, extras: None }
    }

    /// A reference to this actor.
    pub fn myself(&self) -> ActorRef<A> {
        ActorRef::new(self.cell.clone())
    }

    /// Which life of the actor this is.
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// Messages waiting in the mailbox, this one not counted.
    pub fn queued(&self) -> usize {
        self.cell.inbox.len()
    }

    /// Ends the life after this handler, with the reason [`ExitReason::Normal`]; what is queued stays for a next life
    /// or becomes dead letters.
    pub fn stop(&mut self) {
        self.end(ExitReason::Normal);
    }

    /// Fails: the life ends after this handler, and supervision decides what follows.
    pub fn fail(&mut self, error: impl Into<ActorError>) {
        self.end(ExitReason::Failed(error.into()));
    }

    pub(crate) fn end(&mut self, reason: ExitReason) {
        if matches!(self.outlook, Outlook::Bright) {
            self.outlook = Outlook::Ending(reason);
        }
    }

    pub(crate) fn fail_start(&mut self, error: ActorError) {
        self.outlook = Outlook::NotStarted(Box::new(error));
    }

    pub(crate) fn take_start_error(&mut self) -> Option<ActorError> {
        if !matches!(self.outlook, Outlook::NotStarted(_)) {
            return None;
        }
        match std::mem::replace(&mut self.outlook, Outlook::Bright) {
            Outlook::NotStarted(error) => Some(*error),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn ending(&self) -> Option<&ExitReason> {
        match &self.outlook {
            Outlook::Ending(reason) => Some(reason),
            _ => None,
        }
    }

    /// The reply handle of a message that was only told.
    pub(crate) fn unheard_reply<M: Message>(&self) -> ReplyTo<M::Reply> {
        ReplyTo::told::<M>(self.cell.clone().upcast())
    }

    #[inline]
    pub(crate) fn core(&self) -> &Core {
        &self.cell.core
    }

    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.cell.core.host
    }

    /// Whether a message to oneself is still good; a ticket for one delivery is used up.
    pub(crate) fn redeem(&mut self, ticket: &Ticket) -> bool {
        match *ticket {
            Ticket::Life(incarnation) => incarnation == self.incarnation,
            Ticket::Watch(watch) => self.extras.as_mut().is_some_and(|extras| extras.watches.redeem(watch)),
        }
    }

    /// Goes on after a failure: what had ended the life did not happen.
    pub(crate) fn overlook_failure(&mut self) {
        self.outlook = Outlook::Bright;
    }

    /// Cancels everything this life has begun; what ends its children is returned, if it has any.
    #[inline]
    pub(crate) fn wind_down(&mut self) -> Option<BoxFuture<'static, ()>> {
        let extras = self.extras.take()?;
        self.give_up(extras)
    }

    fn give_up(&self, extras: Box<Extras<A>>) -> Option<BoxFuture<'static, ()>> {
        let Extras { children, brood, timers, idle, stash, watches, tasks } = *extras;
        timers.cancel_all(&self.cell.core);
        if let Some(idle) = idle {
            idle.cancel(&self.cell.core);
            drop_quietly(idle);
        }
        stash.bury_all(&self.cell.core);
        watches.give_up_all();
        drop_quietly(tasks);
        if children.is_empty() && brood.is_none() {
            return None;
        }
        let parent: Home<dyn AnyCell> = self.cell.clone().upcast();
        Some(Box::pin(async move {
            if let Some(brood) = brood {
                brood.wind_down(parent.clone()).await;
            }
            children::end_all(&*parent, children).await;
        }))
    }

    fn extras(&mut self) -> &mut Extras<A> {
        self.extras.get_or_insert_with(Box::default)
    }
}

impl<A: Actor> Drop for Context<A> {
    fn drop(&mut self) {
        // A life that a runtime drops is not wound down, and `stopped` may begin things anew.
        drop(self.wind_down());
    }
}

/// Puts a message to itself into an actor's mailbox, whatever its bound: what an actor asked for is not refused.
fn deliver_to_self<A: Responder<M>, M: Message>(
    cell: &Home<Cell<A>>,
    lane: Lane,
    ticket: Ticket,
    message: M,
) -> bool {
    let is_queued = cell.inbox.force(Envelope::ticketed(ticket, message), lane).is_ok();
    Cell::call(cell);
    is_queued
}
