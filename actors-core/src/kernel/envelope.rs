//! What lies in a mailbox: a message with the handler it is for, or a word of the kernel.

use std::any::Any;
use std::marker::PhantomData;

use tokio::time::Instant;

use crate::error::AskError;
use crate::exit::ExitReason;
use crate::id::short_type_name;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::cell::Core;
use crate::kernel::context::{Context, Ticket};
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::Parcel;
use crate::kernel::reply::ReplyTo;
use crate::mailbox::Item;
use crate::message::{Message, ReplyKind};
use crate::observe::DeadLetterReason;

/// One entry of the mailbox of an `A`.
pub(crate) struct Envelope<A: Actor>(Box<dyn Dispatch<A>>);

trait Dispatch<A: Actor>: Send {
    /// Hands the message to its handler; `None` if there is nothing (more) to run.
    fn begin<'a>(self: Box<Self>, actor: &'a mut A, ctx: &'a mut Context<A>) -> Option<BoxFuture<'a, ()>>;

    /// The message will not be handled.
    fn discard(self: Box<Self>, core: &Core, reason: DeadLetterReason);

    fn is_users(&self) -> bool;

    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<A: Actor> Envelope<A> {
    /// A user's message.
    pub(crate) fn user<M: Message>(parcel: Parcel<M>) -> Self
    where
        A: Responder<M>,
    {
        Self(Box::new(parcel))
    }

    /// A message the actor sent itself by a timer, a pipe or a watch; it is delivered only while the ticket is good.
    pub(crate) fn ticketed<M: Message>(ticket: Ticket, message: M) -> Self
    where
        A: Responder<M>,
    {
        Self(Box::new(Ticketed { ticket, message, actor: PhantomData::<fn(A)> }))
    }

    /// Ends the life when its turn comes.
    pub(crate) fn stop(reason: ExitReason) -> Self {
        Self(Box::new(StopMarker { reason, actor: PhantomData::<fn(A)> }))
    }

    /// Ends the actor when its turn comes, if still nobody can reach it.
    pub(crate) fn stop_unreachable() -> Self {
        Self(Box::new(Unreachable(PhantomData::<fn(A)>)))
    }

    pub(crate) fn begin<'a>(self, actor: &'a mut A, ctx: &'a mut Context<A>) -> Option<BoxFuture<'a, ()>> {
        self.0.begin(actor, ctx)
    }

    pub(crate) fn discard(self, core: &Core, reason: DeadLetterReason) {
        self.0.discard(core, reason);
    }

    /// Takes a user's message out again. The caller put it in, so it knows the type.
    pub(crate) fn into_parcel<M: Message>(self) -> Parcel<M> {
        *self.0.into_any().downcast().expect("an envelope comes back to whoever sealed it")
    }
}

impl<A: Actor> Item for Envelope<A> {
    fn is_droppable(&self) -> bool {
        self.0.is_users()
    }
}

impl<A: Responder<M>, M: Message> Dispatch<A> for Parcel<M> {
    fn begin<'a>(self: Box<Self>, actor: &'a mut A, ctx: &'a mut Context<A>) -> Option<BoxFuture<'a, ()>> {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            Dispatch::<A>::discard(self, ctx.core(), DeadLetterReason::Expired);
            return None;
        }
        let Parcel { message, reply, .. } = *self;
        let reply = reply.unwrap_or_else(|| unheard::<A, M>(ctx));
        Some(Box::pin(actor.respond(message, reply, ctx)))
    }

    fn discard(self: Box<Self>, core: &Core, reason: DeadLetterReason) {
        let Parcel { message, reply, .. } = *self;
        core.bury(message, reason);
        if let Some(reply) = reply {
            reply.fail(match reason {
                DeadLetterReason::Dropped | DeadLetterReason::MailboxFull => AskError::Full,
                _ => AskError::Stopped,
            });
        }
    }

    fn is_users(&self) -> bool {
        true
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// The reply handle of a message nobody waits for: an error in the answer goes to the system.
fn unheard<A: Actor, M: Message>(ctx: &Context<A>) -> ReplyTo<M::Reply> {
    if !M::Kind::FALLIBLE {
        return ReplyTo::told(None);
    }
    let (host, path) = (ctx.host().clone(), ctx.core().path());
    ReplyTo::told(Some(Box::new(move |reply| {
        if let Some(error) = M::Kind::unheard_error(reply) {
            host.unheard_error(&path, short_type_name::<M>(), error);
        }
    })))
}

struct Ticketed<A, M> {
    ticket: Ticket,
    message: M,
    actor: PhantomData<fn(A)>,
}

impl<A: Responder<M>, M: Message> Dispatch<A> for Ticketed<A, M> {
    fn begin<'a>(self: Box<Self>, actor: &'a mut A, ctx: &'a mut Context<A>) -> Option<BoxFuture<'a, ()>> {
        if !ctx.redeem(&self.ticket) {
            return None;
        }
        let reply = unheard::<A, M>(ctx);
        Some(Box::pin(actor.respond(self.message, reply, ctx)))
    }

    // A tick or a notice for a life that is over concerns nobody.
    fn discard(self: Box<Self>, _: &Core, _: DeadLetterReason) {}

    fn is_users(&self) -> bool {
        false
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

struct StopMarker<A> {
    reason: ExitReason,
    actor: PhantomData<fn(A)>,
}

impl<A: Actor> Dispatch<A> for StopMarker<A> {
    fn begin<'a>(self: Box<Self>, _: &'a mut A, ctx: &'a mut Context<A>) -> Option<BoxFuture<'a, ()>> {
        ctx.end(self.reason);
        None
    }

    fn discard(self: Box<Self>, _: &Core, _: DeadLetterReason) {}

    fn is_users(&self) -> bool {
        false
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

struct Unreachable<A>(PhantomData<fn(A)>);

impl<A: Actor> Dispatch<A> for Unreachable<A> {
    fn begin<'a>(self: Box<Self>, _: &'a mut A, ctx: &'a mut Context<A>) -> Option<BoxFuture<'a, ()>> {
        if ctx.core().is_unreachable() {
            ctx.core().forbid_restart();
            ctx.end(ExitReason::Normal);
        }
        None
    }

    fn discard(self: Box<Self>, _: &Core, _: DeadLetterReason) {}

    fn is_users(&self) -> bool {
        false
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
