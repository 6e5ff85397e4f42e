//! Asking again where there was no answer: a crashed service starts again and remembers what it did.

use std::time::Duration;

use actors::prelude::*;
use tokio::time::{Instant, sleep};

use super::once::StepError;

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How long a service may stay away.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// Asks until there is an answer; an error is the last one's, after 30 s without.
pub(crate) async fn insist<T, E, F>(ask: impl FnMut() -> F) -> Result<T, E>
where
    E: NoAnswer,
    F: Future<Output = Result<T, E>>,
{
    insist_unless(|| false, ask).await
}

/// As [`insist`], but gives up once `hopeless`.
pub(crate) async fn insist_unless<T, E, F>(
    hopeless: impl Fn() -> bool,
    mut ask: impl FnMut() -> F,
) -> Result<T, E>
where
    E: NoAnswer,
    F: Future<Output = Result<T, E>>,
{
    let give_up = Instant::now() + GIVE_UP_AFTER;
    let mut pause = FIRST_PAUSE;
    loop {
        match ask().await {
            Err(error) if error.is_no_answer() && !hopeless() && Instant::now() < give_up => {
                sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
            outcome => return outcome,
        }
    }
}

/// Errors that may leave open whether the step was taken.
pub(crate) trait NoAnswer {
    fn is_no_answer(&self) -> bool;
}

impl NoAnswer for AskError {
    fn is_no_answer(&self) -> bool {
        true
    }
}

impl NoAnswer for CallError<StepError> {
    fn is_no_answer(&self) -> bool {
        matches!(self, Self::Ask(_) | Self::Handler(StepError::Unbooked))
    }
}
