//! Messages that were sent while a subscriber was interested in how they are handled.
//!
//! Whoever seals an envelope looks whether anybody is; a message that nobody traces carries nothing for it. One that is
//! traced costs an allocation, and its handler runs in a span of its own that follows from the sender's.

use std::any::TypeId;
use std::marker::PhantomData;
use std::task::{Context as TaskContext, Poll};

use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Level, Span};

use super::kinds::{Asked, PassedOn, Told};
use super::label::Label;
use super::sealed::{Kind, Shape, Stage};
use crate::id::short_type_name;
use crate::kernel::actor::Responder;
use crate::kernel::cell::Core;
use crate::kernel::endpoint::Load;
use crate::message::Message;
use crate::observe::DeadLetterReason;

/// Whether somebody traces anything so fine, the handling of messages perhaps. A load and a comparison.
#[inline(always)]
pub(super) fn may_be_wanted() -> bool {
    LevelFilter::current() >= LevelFilter::DEBUG
}

/// Whether somebody traces the handling of messages.
#[inline(always)]
pub(super) fn is_wanted() -> bool {
    may_be_wanted() && is_enabled()
}

#[cold]
#[inline(never)]
fn is_enabled() -> bool {
    tracing::enabled!(target: "actors", Level::DEBUG)
}

/// The span that a message sent now follows from, if somebody traces that.
pub(crate) fn sender() -> Span {
    if is_wanted() { Span::current() } else { Span::none() }
}

/// The span in which a message is handled.
pub(super) fn span_of<M: Message>() -> Span {
    tracing::debug_span!(target: "actors", "handle", message = short_type_name::<M>())
}

/// A message of any load, with the span of its sender.
pub(super) struct Traced<M>(PhantomData<M>);

/// What lies in its box.
pub(super) struct Journey<M: Message> {
    pub(super) load: Load<M>,
    sender: Span,
}

impl<M: Message> Journey<M> {
    pub(super) fn begin(load: Load<M>) -> Box<Self> {
        Box::new(Self { load, sender: Span::current() })
    }
}

impl<A: Responder<M>, M: Message> Kind<A> for Traced<M> {
    type Content = Box<Journey<M>>;
    const SHAPE: Shape = Shape::Traced;
    const LABEL: Label = Label(short_type_name::<M>);
    const MESSAGE: Option<fn() -> TypeId> = Some(TypeId::of::<M>);

    fn begin(journey: Self::Content, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let Journey { load, sender } = *journey;
        let follow = || {
            let span = span_of::<M>();
            span.follows_from(&sender);
            span
        };
        let (message, reply, is_late) = match load {
            Load::Tell(message) => {
                return stage.run(cx, |actor, ctx| {
                    async move { actor.receive(message, ctx).await }.instrument(follow())
                });
            }
            Load::Ask(question) => {
                let is_late = question.is_late();
                let (message, owed) = question.open();
                (message, owed.into_reply(), is_late)
            }
            Load::PassedOn(message, reply) => {
                let is_late = reply.has_expired();
                (message, reply, is_late)
            }
        };
        if is_late {
            stage.pass_over(message, DeadLetterReason::Expired);
            return Poll::Ready(());
        }
        stage.run(cx, |actor, ctx| {
            async move { actor.respond(message, reply, ctx).await }.instrument(follow())
        })
    }

    fn discard(journey: Self::Content, core: &Core, reason: DeadLetterReason) {
        match journey.load {
            Load::Tell(message) => <Told<M> as Kind<A>>::discard(message, core, reason),
            Load::Ask(cell) => <Asked<M> as Kind<A>>::discard(cell, core, reason),
            Load::PassedOn(message, reply) => PassedOn::<M>::bury(message, reply, core, reason),
        }
    }
}
