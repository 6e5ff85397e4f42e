//! How long an actor may run before its neighbours on the same worker get their turn.

/// Counts the messages of one turn.
pub(crate) struct Budget(u32);

impl Budget {
    /// Messages in one turn. Large enough that yielding costs nothing per message, small enough that a flooded actor of
    /// cheap handlers holds its worker for microseconds.
    const MESSAGES: u32 = 64;

    pub(crate) fn new() -> Self {
        Self(Self::MESSAGES)
    }

    /// Counts one message; once the turn is over, lets the other tasks of the worker run first.
    pub(crate) async fn spend(&mut self) {
        self.0 -= 1;
        if self.0 == 0 {
            self.0 = Self::MESSAGES;
            tokio::task::yield_now().await;
        }
    }
}
