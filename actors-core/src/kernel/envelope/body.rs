//! The state of one life with its context and the handler that runs on them.
#![allow(unsafe_code, reason = "the waiting handler borrows the state beside it")]

use std::ptr::NonNull;
use std::task::{Context as TaskContext, Poll};

use super::buffer::Turn;
use super::future_slot::FutureSlot;
use super::sealed::Stage;
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::context::Context;

/// An actor's state and context, at a fixed place in memory, and at most one future that borrows both.
///
/// While that future waits ([`is_busy`](Self::is_busy)) nothing else can reach the state: what needs it panics.
pub(crate) struct Body<A: Actor> {
    /// Owned; a raw pointer, because a box would claim to be the only way to what the future borrows.
    inner: NonNull<Inner<A>>,
}

struct Inner<A: Actor> {
    // First, because it is dropped first.
    slot: FutureSlot,
    actor: A,
    ctx: Context<A>,
}

// SAFETY: actors and contexts are `Send`, and only `Send` futures are put in the slot.
unsafe impl<A: Actor> Send for Body<A> {}

impl<A: Actor> Body<A> {
    pub(crate) fn new(actor: A, ctx: Context<A>) -> Self {
        let inner = Box::new(Inner { slot: FutureSlot::new(), actor, ctx });
        Self { inner: NonNull::from(Box::leak(inner)) }
    }

    /// Whether a hook or handler waits.
    #[inline]
    pub(crate) fn is_busy(&self) -> bool {
        // SAFETY: alive as long as `self`; futures never touch the slot they are in.
        unsafe { (*self.inner.as_ptr()).slot.is_occupied() }
    }

    /// The context, while no hook or handler waits.
    #[inline]
    pub(crate) fn ctx(&mut self) -> &mut Context<A> {
        assert!(!self.is_busy(), "the handler that waits has the context");
        // SAFETY: alive as long as `self`, and no future borrows it.
        unsafe { &mut (*self.inner.as_ptr()).ctx }
    }

    /// Begins the `started` hook; its error is left in the context.
    pub(crate) fn start(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        self.stage(&mut Turn::begin()).run(cx, |actor, ctx| async move {
            if let Err(error) = actor.started(ctx).await {
                ctx.fail_start(error);
            }
        })
    }

    /// Begins the `stopped` hook.
    pub(crate) fn stop(&mut self, reason: ExitReason, cx: &mut TaskContext<'_>) -> Poll<()> {
        let mut turn = Turn::begin();
        self.stage(&mut turn).run(cx, |actor, ctx| async move { actor.stopped(ctx, &reason).await })
    }

    /// Goes on with the hook or handler that waits.
    pub(crate) fn resume(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        // SAFETY: as in `is_busy`.
        unsafe { (*self.inner.as_ptr()).slot.poll(cx) }
    }

    /// Drops the hook or handler that waits.
    pub(crate) fn cancel(&mut self) {
        // SAFETY: as in `is_busy`.
        unsafe { (*self.inner.as_ptr()).slot.clear() }
    }

    /// What handlers run on, one after another, while none waits.
    #[inline]
    pub(crate) fn stage<'a>(&'a mut self, turn: &'a mut Turn) -> Stage<'a, A> {
        assert!(!self.is_busy(), "an actor runs one handler at a time");
        let inner = self.inner.as_ptr();
        // SAFETY: the three parts lie beside each other at a place that does not move while `self` lives. Nobody but
        // the future in the slot touches actor and context while it waits: `ctx` and this refuse.
        unsafe { Stage::new(&raw mut (*inner).actor, &raw mut (*inner).ctx, &mut (*inner).slot, turn) }
    }
}

impl<A: Actor> Drop for Body<A> {
    fn drop(&mut self) {
        // SAFETY: it was made from a box and is given up here.
        drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
    }
}
