//! How the handling of an event went.

use std::task::Poll;

use super::dead_event::DeadCause;
use crate::error::ActorError;
use crate::kernel::custody::BoxFuture;
use crate::panics::{contain, drop_quietly};

/// What a closure that handles events may return: nothing, or a `Result` whose error makes the event be tried again.
///
/// The error is anything an [`ActorError`] is made of: every error type, and `ActorError` itself.
#[diagnostic::on_unimplemented(
    message = "a closure that handles events returns `()` or a `Result`, not `{Self}`",
    note = "the error of the `Result` has to be an error type, or `ActorError`"
)]
pub trait IntoOutcome {
    /// The error, if it is one.
    fn into_outcome(self) -> Result<(), ActorError>;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Result<(), ActorError> {
        Ok(())
    }
}

impl<T, E: Into<ActorError>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Result<(), ActorError> {
        self.map(drop).map_err(Into::into)
    }
}

/// Makes the future of a handler and runs it. A panic in either is contained, and so is one in what they leave behind.
pub(super) async fn contained<'a>(
    make: impl FnOnce() -> BoxFuture<'a, Result<(), ActorError>>,
) -> Result<(), DeadCause> {
    let mut work = match contain(make) {
        Ok(work) => Some(work),
        Err(panic) => return Err(DeadCause::Panicked(panic.into())),
    };
    std::future::poll_fn(move |cx| {
        let Some(running) = work.as_mut() else { return Poll::Pending };
        let poll = match contain(|| running.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(outcome)) => outcome.map_err(DeadCause::Failed),
            Err(panic) => Err(DeadCause::Panicked(panic.into())),
        };
        drop_quietly(work.take());
        Poll::Ready(poll)
    })
    .await
}
