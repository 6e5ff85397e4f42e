//! The span of a life: whatever an actor logs in its hooks and handlers lies in it.

use std::task::{Context as TaskContext, Poll};

use tracing::Span;

use super::{Life, Phase};
use crate::kernel::actor::Actor;
use crate::kernel::cell::Core;

impl<A: Actor> Life<A> {
    /// Whether the life that runs has a span, or one is about to begin.
    #[inline]
    pub(super) fn may_have_span(&self) -> bool {
        self.span.is_some() || matches!(self.phase, Phase::Born)
    }

    /// Goes on in the span of the life that runs or is about to begin, if somebody wants it.
    #[cold]
    pub(super) fn go_on_in_span(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        if matches!(self.phase, Phase::Born) {
            self.span = span_of(&self.cell.core);
        }
        let _entered = self.span.as_deref().map(|span| span.clone().entered());
        self.go_on(cx)
    }
}

/// Looked for once a life: one that nobody wanted at its beginning costs its turns nothing.
fn span_of(core: &Core) -> Option<Box<Span>> {
    let span = tracing::info_span!(
        target: "actors",
        parent: None,
        "actor",
        path = %core.path(),
        incarnation = core.incarnation().as_u32(),
    );
    (!span.is_disabled()).then(|| Box::new(span))
}
