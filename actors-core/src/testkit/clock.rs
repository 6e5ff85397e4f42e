//! Virtual time.

use std::time::Duration;

/// Turns given to what became due at the end of an [`advance`]. A turn passes a message on by one actor.
const LAST_TURNS: usize = 64;

/// Lets `duration` of virtual time pass, for tests with `start_paused = true`. With a running clock it waits in real time.
///
/// What becomes due on the way happens in its order and at its time. What becomes due at the end, and follows from it over
/// at most 64 actors, has happened too; in an [explored](super::Explorer) test only if their turns have come.
pub async fn advance(duration: Duration) {
    tokio::time::sleep(duration).await;
    for _ in 0..LAST_TURNS {
        tokio::task::yield_now().await;
    }
}
