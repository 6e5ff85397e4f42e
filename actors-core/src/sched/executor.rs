//! Where actors run, if not as tasks of the tokio runtime.

use std::pin::Pin;

use crate::id::ActorPath;

/// Messages in one turn. Large enough that yielding costs nothing per message, small enough that a flooded actor of cheap
/// handlers holds its worker for microseconds.
pub(crate) const MESSAGES_PER_TURN: u8 = 64;

/// Runs the actors of a system in place of tokio's scheduler. Given to
/// [`SystemBuilder::executor`](crate::SystemBuilder::executor).
///
/// It decides whose turn comes next and how long a turn is; timers, sockets and work beside actors stay with the runtime.
/// Tests use it to try many orders of turns. Actors on threads of their own are not handed to it.
pub trait Executor: Send + Sync + 'static {
    /// Takes an actor over and returns at once.
    ///
    /// `life` is ready when the actor has ended, and does not panic. Each poll is a turn; all polls of one `life` must
    /// bring wakers of the same task, inside the system's runtime. Dropped before it is ready, it ends the actor as killed.
    fn run(&self, actor: ActorPath, life: Pin<Box<dyn Future<Output = ()> + Send>>);

    /// How many messages an actor handles before it gives way; 64 unless overridden, and at least 1.
    fn messages_per_turn(&self) -> u8 {
        MESSAGES_PER_TURN
    }
}
