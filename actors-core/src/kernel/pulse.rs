//! What an actor is doing, written in its turns as it goes and read by whoever wants to know.
//!
//! A message costs one plain store, of what it is; everything else is written once a turn, or when a handler waits.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::kernel::envelope::{Label, LastLabel};

pub(crate) struct Pulse {
    stage: AtomicU8,
    /// When the handler that waits began to, in the system's milliseconds.
    since: AtomicU32,
    /// Messages whose handlers have returned. Below zero for a moment: what was no message is taken off first.
    handled: AtomicU64,
    message: LastLabel,
}

/// Where in its life an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stage {
    Starting,
    /// Between two turns.
    Idle,
    /// In a turn; a handler runs, or is about to.
    Computing,
    /// Between two turns, with a handler that waits for something.
    Waiting,
    Stopping,
    /// Between two lives.
    Restarting,
    Ended,
}

impl Stage {
    const ALL: [Self; 7] = [
        Self::Starting,
        Self::Idle,
        Self::Computing,
        Self::Waiting,
        Self::Stopping,
        Self::Restarting,
        Self::Ended,
    ];
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            stage: AtomicU8::new(Stage::Starting as u8),
            since: AtomicU32::new(0),
            handled: AtomicU64::new(0),
            message: LastLabel::none(),
        }
    }

    // Written by whoever has the actor's turn.

    #[inline]
    pub(crate) fn enter(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn take_up(&self, message: &'static Label) {
        self.message.set(message);
    }

    /// The handler waits, since `now`.
    pub(crate) fn wait(&self, now: u32) {
        self.since.store(now, Ordering::Relaxed);
        self.enter(Stage::Waiting);
    }

    /// The turn is over, in which handlers returned so often.
    #[inline]
    pub(crate) fn end_turn(&self, handled: u32) {
        self.handled.store(self.raw_handled().wrapping_add(handled.into()), Ordering::Relaxed);
        if self.stage.load(Ordering::Relaxed) == Stage::Computing as u8 {
            self.enter(Stage::Idle);
        }
    }

    /// What is counted as handled at the end of the turn was no message, or was not handled.
    pub(crate) fn discount(&self) {
        self.handled.store(self.raw_handled().wrapping_sub(1), Ordering::Relaxed);
    }

    // Read by anybody.

    pub(crate) fn stage(&self) -> Stage {
        Stage::ALL[usize::from(self.stage.load(Ordering::Relaxed))]
    }

    /// The type of the message that is being handled, or was last.
    pub(crate) fn message(&self) -> Option<&'static str> {
        self.message.name()
    }

    /// How long the handler that waits has waited by now.
    pub(crate) fn waited(&self, now: u32) -> Duration {
        Duration::from_millis(now.wrapping_sub(self.since.load(Ordering::Relaxed)).into())
    }

    pub(crate) fn handled(&self) -> u64 {
        self.raw_handled().cast_signed().max(0).cast_unsigned()
    }

    fn raw_handled(&self) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }
}
