//! The span of a life: whatever an actor logs in its hooks and handlers lies in it.

use tracing::Span;
use tracing::span::EnteredSpan;

use super::{Life, Phase};
use crate::kernel::actor::Actor;
use crate::kernel::cell::Core;

impl<A: Actor> Life<A> {
    /// Enters the span of the life that runs or is about to begin, if somebody wants it.
    #[inline]
    pub(super) fn enter_span(&mut self) -> Option<EnteredSpan> {
        let begins = matches!(self.phase, Phase::Born);
        if self.span.is_some() || begins { self.enter_if_wanted(begins) } else { None }
    }

    #[cold]
    fn enter_if_wanted(&mut self, begins: bool) -> Option<EnteredSpan> {
        if begins {
            self.span = span_of(&self.cell.core);
        }
        self.span.as_deref().map(|span| span.clone().entered())
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
