//! Words of the kernel in an actor's own mailbox: messages to itself, and the orders to stop.

use std::marker::PhantomData;
use std::task::{Context as TaskContext, Poll};

use tokio::sync::oneshot;
use tracing::{Instrument, Span};

use super::label::Label;
use super::sealed::Stage;
use super::traced;
use crate::exit::ExitReason;
use crate::id::short_type_name;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::context::Ticket;
use crate::message::Message;
use crate::panics::contain;

/// Something the kernel does when its turn in the mailbox comes.
pub(super) trait Dispatch<A: Actor>: Send {
    fn begin(self: Box<Self>, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()>;
}

pub(super) fn ticketed<A: Responder<M>, M: Message>(ticket: Ticket, message: M) -> Box<dyn Dispatch<A>> {
    Box::new(Ticketed { ticket, message, sender: traced::sender(), actor: PhantomData::<fn(A)> })
}

pub(super) fn stop<A: Actor>(reason: ExitReason) -> Box<dyn Dispatch<A>> {
    Box::new(StopMarker { reason, actor: PhantomData::<fn(A)> })
}

pub(super) fn stop_unreachable<A: Actor>() -> Box<dyn Dispatch<A>> {
    Box::new(Unreachable(PhantomData::<fn(A)>))
}

pub(super) fn describe<A: Actor>(reply: oneshot::Sender<String>) -> Box<dyn Dispatch<A>> {
    Box::new(Describe { reply, actor: PhantomData::<fn(A)> })
}

struct Ticketed<A, M> {
    ticket: Ticket,
    message: M,
    sender: Span,
    actor: PhantomData<fn(A)>,
}

impl<A: Responder<M>, M: Message> Dispatch<A> for Ticketed<A, M> {
    fn begin(self: Box<Self>, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        stage.ctx().core().pulse.take_up(const { &Label(short_type_name::<M>) });
        if !stage.ctx().redeem(&self.ticket) {
            stage.ctx().core().pulse.discount();
            return Poll::Ready(());
        }
        let span = traced::span_of::<M>();
        span.follows_from(&self.sender);
        stage.run(cx, |actor, ctx| async move { actor.receive(self.message, ctx).await }.instrument(span))
    }
}

struct StopMarker<A> {
    reason: ExitReason,
    actor: PhantomData<fn(A)>,
}

impl<A: Actor> Dispatch<A> for StopMarker<A> {
    fn begin(self: Box<Self>, stage: &mut Stage<'_, A>, _: &mut TaskContext<'_>) -> Poll<()> {
        stage.ctx().core().pulse.discount();
        stage.ctx().end(self.reason);
        Poll::Ready(())
    }
}

struct Unreachable<A>(PhantomData<fn(A)>);

impl<A: Actor> Dispatch<A> for Unreachable<A> {
    fn begin(self: Box<Self>, stage: &mut Stage<'_, A>, _: &mut TaskContext<'_>) -> Poll<()> {
        let ctx = stage.ctx();
        ctx.core().pulse.discount();
        if ctx.core().is_unreachable() {
            ctx.core().forbid_restart();
            ctx.end(ExitReason::Normal);
        }
        Poll::Ready(())
    }
}

struct Describe<A> {
    reply: oneshot::Sender<String>,
    actor: PhantomData<fn(A)>,
}

impl<A: Actor> Dispatch<A> for Describe<A> {
    fn begin(self: Box<Self>, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        stage.ctx().core().pulse.discount();
        stage.run(cx, |actor, _| {
            let described = contain(|| actor.inspect());
            let description = described.unwrap_or_else(|panic| format!("panicked: {panic}"));
            // Whoever wanted to know may have given up.
            let _ = self.reply.send(description);
            std::future::ready(())
        })
    }
}
