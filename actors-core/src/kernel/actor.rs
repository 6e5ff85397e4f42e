//! The traits users implement: an actor and its handlers.

use crate::error::ActorError;
use crate::exit::ExitReason;
use crate::id::short_type_name;
use crate::kernel::ask::Owed;
use crate::kernel::context::Context;
use crate::kernel::envelope::{Answering, Unheard};
use crate::kernel::options::ActorOptions;
use crate::kernel::reply::ReplyTo;
use crate::message::Message;

/// Something with a state of its own that handles one message after another.
///
/// `#[derive(Actor)]` writes an empty implementation; write your own for hooks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "derive it: `#[derive(Actor)]`, or write `impl Actor for {Self} {{}}`"
)]
pub trait Actor: Sized + Send + 'static {
    /// Name, mailbox and thread of actors of this type, unless the one who spawns says otherwise.
    fn options() -> ActorOptions {
        ActorOptions::new()
    }

    /// Runs at the beginning of each life, before any message.
    ///
    /// # Errors
    ///
    /// An error is a failed start: it is told to whoever starts the actor, and the life ends without `stopped`.
    fn started(&mut self, ctx: &mut Context<Self>) -> impl Future<Output = Result<(), ActorError>> + Send {
        let _ = ctx;
        async { Ok(()) }
    }

    /// Runs once at the end of each life that had started, after the children have stopped, except when killed.
    fn stopped(&mut self, ctx: &mut Context<Self>, reason: &ExitReason) -> impl Future<Output = ()> + Send {
        let _ = (ctx, reason);
        async {}
    }

    /// Describes the state in words, for whoever [inspects](crate::ActorRef::inspect) the actor: its `Debug` form, say.
    ///
    /// A panic becomes the description and harms nobody.
    fn inspect(&self) -> String {
        short_type_name::<Self>().to_owned()
    }
}

/// Handles messages of one type and answers each when the handler returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle `{M}`",
    label = "no handler for `{M}`",
    note = "add a `#[handler]` method, or write `impl Handler<{M}> for {Self}`"
)]
pub trait Handler<M: Message>: Actor {
    /// Handles one message; what it returns is the answer.
    fn handle(&mut self, message: M, ctx: &mut Context<Self>) -> impl Future<Output = M::Reply> + Send;
}

/// Handles messages of one type and may answer later, from anywhere.
///
/// Every [`Handler`] is a `Responder`; an actor implements one of the two for each message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle `{M}`",
    label = "no handler for `{M}`",
    note = "add a `#[handler]` method, or write `impl Handler<{M}> for {Self}`"
)]
pub trait Responder<M: Message>: Actor {
    /// Handles one message. Dropping `reply` unanswered fails the ask at once.
    fn respond(
        &mut self,
        message: M,
        reply: ReplyTo<M::Reply>,
        ctx: &mut Context<Self>,
    ) -> impl Future<Output = ()> + Send;

    /// Handles a message that was asked. Handlers that answer by returning need no handle for that either.
    #[doc(hidden)]
    #[inline]
    fn answer(
        &mut self,
        message: M,
        owed: Owed<M>,
        ctx: &mut Context<Self>,
    ) -> impl Future<Output = ()> + Send {
        self.respond(message, owed.into_reply(), ctx)
    }

    /// Handles a message that was only told. Handlers that answer by returning need no handle for that.
    #[doc(hidden)]
    #[inline]
    fn receive(&mut self, message: M, ctx: &mut Context<Self>) -> impl Future<Output = ()> + Send {
        let reply = ctx.unheard_reply::<M>();
        self.respond(message, reply, ctx)
    }
}

impl<A: Handler<M>, M: Message> Responder<M> for A {
    #[inline]
    fn respond(
        &mut self,
        message: M,
        reply: ReplyTo<M::Reply>,
        ctx: &mut Context<Self>,
    ) -> impl Future<Output = ()> + Send {
        Answering::new(self.handle(message, ctx), reply)
    }

    #[inline]
    fn answer(
        &mut self,
        message: M,
        owed: Owed<M>,
        ctx: &mut Context<Self>,
    ) -> impl Future<Output = ()> + Send {
        Answering::new(self.handle(message, ctx), owed)
    }

    #[inline]
    fn receive(&mut self, message: M, ctx: &mut Context<Self>) -> impl Future<Output = ()> + Send {
        Unheard::<_, M>::new(self.handle(message, ctx))
    }
}
