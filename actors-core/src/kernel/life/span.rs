//! The span of a life: whatever an actor logs in its hooks and handlers lies in it.

use std::task::Context as TaskContext;

use tracing::Span;

use super::{Life, Pause, Phase};
use crate::kernel::actor::Actor;
use crate::kernel::cell::Core;

impl<A: Actor> Life<'_, A> {
    /// Whether the life that runs has a span, or one is about to begin.
    #[inline]
    pub(super) fn may_have_span(&mut self) -> bool {
        matches!(self.phase(), Phase::Born(_)) || self.span().is_some()
    }

    /// Goes on in the span of the life that runs or is about to begin, if somebody wants it.
    #[cold]
    pub(super) fn go_on_in_span(&mut self, cx: &mut TaskContext<'_>) -> Pause {
        if matches!(self.phase(), Phase::Born(_)) {
            let span = span_of(&self.cell.core);
            self.set_span(span);
        }
        let _entered = self.span().map(|span| span.clone().entered());
        self.take_turn(cx)
    }

    #[inline]
    fn span(&mut self) -> Option<&Span> {
        self.entourage().as_ref()?.span.as_ref()
    }
}

/// Looked for once a life: one that nobody wanted at its beginning costs its turns nothing.
fn span_of(core: &Core) -> Option<Span> {
    let span = tracing::info_span!(
        target: "actors",
        parent: None,
        "actor",
        path = %core.path(),
        incarnation = core.incarnation().as_u32(),
    );
    (!span.is_disabled()).then_some(span)
}
