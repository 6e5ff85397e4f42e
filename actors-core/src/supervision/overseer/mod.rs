//! The supervisor as an actor. It never waits inside a handler: what takes time comes back as an event, so that it answers
//! whoever asks while children start, hang, fail and end.

mod children;
mod management;
mod step;
mod wind_down;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::oneshot;

use super::info::{ChildCounts, ChildInfo};
use super::post::Post;
use super::restart::RestartWindow;
use super::roster::{Key, Roster, Starter};
use super::{ChildSpec, SupervisorRef};
use crate::error::{ActorError, ChildError, StartError};
use crate::exit::ExitReason;
use crate::id::ActorId;
use crate::kernel::actor::{Actor, Handler};
use crate::kernel::context::Context;
use crate::kernel::links::Exit;
use crate::kernel::refs::AnyActorRef;
use crate::message::{Message, Plain};
use step::Step;

/// One life of a supervisor. Its name is what people see in paths.
pub(crate) struct Supervisor {
    roster: Arc<Roster>,
    window: RestartWindow,
    /// Children that are started one after another, or ended and started again, if that is going on.
    step: Option<Step>,
    /// Children that have crashed before all were started for the first time.
    crashed_early: Vec<(Key, ExitReason)>,
    /// Whether a significant child has ended by itself in that time.
    significant_ended_early: bool,
    /// Whom to tell when all children have started.
    ready: Option<Ready>,
    is_root: bool,
}

/// Who waits for the start of a supervisor.
pub(super) enum Ready {
    Root(oneshot::Sender<()>),
    Child(Arc<Post>),
}

/// Something that happened to a child.
pub(super) enum Event {
    /// Its `started` hook has returned well.
    Started { key: Key, life: u32 },
    /// A life is over, and the child waits for the verdict.
    Over { key: Key, life: u32, started: bool, ignored: bool, escalates: bool, reason: ExitReason },
    /// The actor has ended for good.
    Gone { key: Key, actor: ActorId, reason: ExitReason },
    /// It was told to end and may have had its time.
    Overdue { key: Key, life: u32 },
    /// It could not even be launched: its name is taken, say.
    NotLaunched { key: Key, reason: ExitReason },
    /// Its backoff is over.
    Rested { key: Key, life: u32 },
    /// The backoff of the child that made others restart is over.
    StepRested,
}

/// Something a user wants of the supervisor. Answers come when it is done.
pub(super) enum Order {
    WhichChildren { answer: oneshot::Sender<Result<Vec<ChildInfo>, ChildError>> },
    CountChildren { answer: oneshot::Sender<Result<ChildCounts, ChildError>> },
    Spec { id: String, answer: oneshot::Sender<Result<ChildSpec, ChildError>> },
    Start { spec: Box<ChildSpec>, answer: Starter },
    Restart { id: String, answer: Starter },
    Terminate { child: Which, answer: oneshot::Sender<Result<(), ChildError>> },
    Delete { id: String, answer: oneshot::Sender<Result<(), ChildError>> },
}

/// A child, as its supervisor's user names it.
pub(super) enum Which {
    Id(String),
    Actor(AnyActorRef),
}

impl Supervisor {
    pub(super) fn new(roster: Arc<Roster>, ready: Ready) -> Self {
        let window = roster.policy.window();
        let is_root = matches!(ready, Ready::Root(_));
        Self {
            roster,
            window,
            step: None,
            crashed_early: Vec::new(),
            significant_ended_early: false,
            ready: Some(ready),
            is_root,
        }
    }

    /// Ends the supervisor because of a child; what stands above it is told and decides.
    fn give_up(&mut self, key: Key, cause: &ExitReason, end: ExitReason, ctx: &mut Context<Self>) {
        let child = self.roster.seats().get(key).map(|seat| seat.id()).unwrap_or_default();
        ctx.system().escalate(&ctx.core().path(), child, cause.clone(), self.is_root);
        ctx.end(end);
    }

    /// Ends a supervisor whose first start has failed.
    fn fail_start(&mut self, key: Key, reason: ExitReason, ctx: &mut Context<Self>) {
        let id = self.roster.seats().get(key).map(|seat| seat.id().to_string()).unwrap_or_default();
        self.step = None;
        ctx.end(ExitReason::Failed(StartError::Child { id, reason }.into()));
    }

    fn is_ready(&mut self) {
        match self.ready.take() {
            // Whoever waited for the start may have given up.
            Some(Ready::Root(waiting)) => drop(waiting.send(())),
            Some(Ready::Child(post)) => post.life_started(),
            None => {}
        }
    }
}

impl Actor for Supervisor {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        self.roster.begin_anew();
        ctx.entrust_children(self.roster.clone());
        // Exits are for those that link themselves to it; a supervisor ends for its own reasons.
        ctx.trap_exit(true);
        self.step = Some(Step::first_start());
        self.advance(ctx);
        Ok(())
    }
}

impl Message for Event {
    type Reply = ();
    type Kind = Plain;
}

impl Message for Order {
    type Reply = ();
    type Kind = Plain;
}

impl Handler<Event> for Supervisor {
    async fn handle(&mut self, event: Event, ctx: &mut Context<Self>) {
        self.on_event(event, ctx);
    }
}

impl Handler<Exit> for Supervisor {
    async fn handle(&mut self, _: Exit, _: &mut Context<Self>) {}
}

impl Handler<Order> for Supervisor {
    async fn handle(&mut self, order: Order, ctx: &mut Context<Self>) {
        self.on_order(order, ctx);
    }
}

impl SupervisorRef {
    /// Has the supervisor do something, and waits for the answer.
    pub(super) async fn order<T>(
        &self,
        make: impl FnOnce(oneshot::Sender<Result<T, ChildError>>) -> Order,
    ) -> Result<T, ChildError> {
        let (answer, done) = oneshot::channel();
        self.actor().tell(make(answer)).await.map_err(|_| ChildError::Stopped)?;
        // The end may come first: an order that nobody takes is a dead letter, and who collects those keeps it.
        let (mut done, mut ended) = (pin!(done), pin!(self.wait()));
        poll_fn(|cx| match done.as_mut().poll(cx) {
            Poll::Ready(answered) => Poll::Ready(answered.unwrap_or(Err(ChildError::Stopped))),
            Poll::Pending => ended.as_mut().poll(cx).map(|_| Err(ChildError::Stopped)),
        })
        .await
    }
}
