//! What lies in envelopes, and what is done with each.

use std::any::TypeId;
use std::marker::PhantomData;
use std::task::{Context as TaskContext, Poll};

use super::dispatch::Dispatch;
use super::label::Label;
use super::sealed::{Kind, Shape, Stage};
use crate::error::AskError;
use crate::id::{Incarnation, short_type_name};
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::ask::Posted;
use crate::kernel::cell::Core;
use crate::kernel::context::Context;
use crate::kernel::reply::ReplyTo;
use crate::message::Message;
use crate::observe::DeadLetterReason;
use crate::panics::contain;
use crate::timer::TimerId;

/// A message that was told, in the envelope itself.
pub(super) struct Told<M>(PhantomData<M>);

impl<A: Responder<M>, M: Message> Kind<A> for Told<M> {
    type Content = M;
    const SHAPE: Shape = Shape::Told;
    const LABEL: Label = Label(short_type_name::<M>);
    const MESSAGE: Option<fn() -> TypeId> = Some(TypeId::of::<M>);

    #[inline]
    fn begin(message: M, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        stage.run(cx, |actor, ctx| actor.receive(message, ctx))
    }

    fn discard(message: M, core: &Core, reason: DeadLetterReason) {
        core.bury(message, reason);
    }
}

/// A message that was told, too large for the envelope.
pub(super) struct ToldBoxed<M>(PhantomData<M>);

impl<A: Responder<M>, M: Message> Kind<A> for ToldBoxed<M> {
    type Content = Box<M>;
    const SHAPE: Shape = Shape::ToldBoxed;
    const LABEL: Label = Label(short_type_name::<M>);
    const MESSAGE: Option<fn() -> TypeId> = Some(TypeId::of::<M>);

    fn begin(message: Box<M>, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        Told::begin(*message, stage, cx)
    }

    fn discard(message: Box<M>, core: &Core, reason: DeadLetterReason) {
        core.bury(*message, reason);
    }
}

/// A message that was asked, in the cell its asker holds too.
pub(super) struct Asked<M>(PhantomData<M>);

impl<A: Responder<M>, M: Message> Kind<A> for Asked<M> {
    type Content = Posted<M>;
    const SHAPE: Shape = Shape::Asked;
    const LABEL: Label = Label(short_type_name::<M>);
    const MESSAGE: Option<fn() -> TypeId> = Some(TypeId::of::<M>);

    #[inline]
    fn begin(question: Posted<M>, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        if question.is_late() {
            stage.pass_over(question.open().0, DeadLetterReason::Expired);
            return Poll::Ready(());
        }
        let (message, owed) = question.open();
        stage.run(cx, |actor, ctx| actor.answer(message, owed, ctx))
    }

    fn discard(question: Posted<M>, core: &Core, reason: DeadLetterReason) {
        let (message, owed) = question.open();
        PassedOn::<M>::bury(message, owed.into_reply(), core, reason);
    }
}

/// A message that was asked of somebody else first.
pub(super) struct PassedOn<M>(PhantomData<M>);

impl<M: Message> PassedOn<M> {
    pub(super) fn bury(message: M, reply: ReplyTo<M::Reply>, core: &Core, reason: DeadLetterReason) {
        // An event that waited for this actor is its group's again: it goes to another member, or is a dead letter there.
        if !(reason == DeadLetterReason::Stopped && reply.is_collected()) {
            // Whoever asked is told why, also if the message panics when it is dropped.
            let _ = contain(|| core.bury(message, reason));
        }
        reply.fail(match reason {
            DeadLetterReason::Dropped | DeadLetterReason::MailboxFull => AskError::Full,
            _ => AskError::Stopped,
        });
    }
}

impl<A: Responder<M>, M: Message> Kind<A> for PassedOn<M> {
    type Content = Box<(M, ReplyTo<M::Reply>)>;
    const SHAPE: Shape = Shape::PassedOn;
    const LABEL: Label = Label(short_type_name::<M>);
    const MESSAGE: Option<fn() -> TypeId> = Some(TypeId::of::<M>);

    fn begin(content: Self::Content, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let (message, reply) = *content;
        if reply.has_expired() {
            stage.pass_over(message, DeadLetterReason::Expired);
            return Poll::Ready(());
        }
        stage.run(cx, |actor, ctx| actor.respond(message, reply, ctx))
    }

    fn discard(content: Self::Content, core: &Core, reason: DeadLetterReason) {
        let (message, reply) = *content;
        Self::bury(message, reply, core, reason);
    }
}

/// A timer that has fired.
pub(super) struct Tick;

impl<A: Actor> Kind<A> for Tick {
    type Content = TimerId;
    const SHAPE: Shape = Shape::Word;
    const LABEL: Label = Label(|| "a timer's tick");
    const MESSAGE: Option<fn() -> TypeId> = None;

    fn begin(timer: TimerId, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        match stage.ctx().take_tick(timer) {
            Some(message) => message.begin(stage, cx),
            None => Poll::Ready(()),
        }
    }

    // It concerns nobody but the life it was for.
    fn discard(_: TimerId, _: &Core, _: DeadLetterReason) {}
}

/// Something a layer above does with an actor in place of a handler.
pub(crate) trait Step<A: Actor>: 'static {
    /// What it is, for whoever looks at the actor meanwhile.
    const NAME: fn() -> &'static str;

    fn take(actor: &mut A, ctx: &mut Context<A>) -> impl Future<Output = ()> + Send;
}

/// A step of the life it was arranged in. It is no message.
pub(super) struct Stepping<S>(PhantomData<S>);

impl<A: Actor, S: Step<A>> Kind<A> for Stepping<S> {
    type Content = Incarnation;
    const SHAPE: Shape = Shape::Word;
    const LABEL: Label = Label(S::NAME);
    const MESSAGE: Option<fn() -> TypeId> = None;

    fn begin(life: Incarnation, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        stage.ctx().core().pulse.discount();
        if life != stage.ctx().incarnation() {
            return Poll::Ready(());
        }
        stage.run(cx, S::take)
    }

    // It concerns nobody but the life it was for.
    fn discard(_: Incarnation, _: &Core, _: DeadLetterReason) {}
}

/// A word of the kernel.
pub(super) struct Word;

impl<A: Actor> Kind<A> for Word {
    type Content = Box<dyn Dispatch<A>>;
    const SHAPE: Shape = Shape::Word;
    const LABEL: Label = Label(|| "a word of the kernel");
    const MESSAGE: Option<fn() -> TypeId> = None;

    fn begin(word: Box<dyn Dispatch<A>>, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        word.begin(stage, cx)
    }

    // It concerns nobody but the life it was for.
    fn discard(_: Box<dyn Dispatch<A>>, _: &Core, _: DeadLetterReason) {}
}
