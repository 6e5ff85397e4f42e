//! What is known of how soon there is room in an actor's mailbox, and so whether tasks that find none may take its turns.

use std::sync::atomic::{AtomicI16, Ordering};
use std::time::Duration;

use super::SHORT;

/// So often room has to come within the time of a [`SHORT`] turn before a task makes some.
const WAITS: i16 = 4;

/// How often in a row a task makes room before it waits for some.
const IN_A_ROW: i16 = 64;

/// Whether tasks that find no room may take an actor's turns. Those who send at the same time may count one less.
pub(crate) struct Relief(AtomicI16);

impl Relief {
    pub(crate) fn new() -> Self {
        Self(AtomicI16::new(0))
    }

    /// Whether a task may take turns now. Now and then it may not, so that it waits like others, whatever its budget.
    pub(super) fn may_come(&self) -> bool {
        let known = self.0.load(Ordering::Relaxed);
        if known >= WAITS + IN_A_ROW {
            self.0.store(WAITS, Ordering::Relaxed);
            return false;
        }
        known >= WAITS
    }

    /// Turns took so long, of a task that waited for room.
    pub(super) fn note_turns(&self, took: Duration) {
        let known = self.0.load(Ordering::Relaxed);
        // Where turns are long, those who wait do not have room soon either, and it stays at that.
        self.0.store(if took > SHORT { 0 } else { known.saturating_add(1) }, Ordering::Relaxed);
    }

    /// Somebody has waited so long for room. Others may have been in the way of one that has waited for long.
    #[cold]
    pub(in crate::kernel) fn note_wait(&self, took: Duration) {
        let known = self.0.load(Ordering::Relaxed);
        let learnt = if took <= SHORT { known + 1 } else { known };
        self.0.store(learnt.min(WAITS), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_micros(1);
    const SLOW: Duration = Duration::from_millis(1);

    #[test]
    fn tasks_make_room_where_it_has_come_soon_again_and_again_and_wait_now_and_then() {
        let relief = Relief::new();
        let learn = || {
            for _ in 0..WAITS {
                assert!(!relief.may_come());
                relief.note_wait(SLOW);
                relief.note_wait(QUICK);
            }
        };
        learn();
        for _ in 0..3 {
            for _ in 0..IN_A_ROW {
                assert!(relief.may_come());
                relief.note_turns(QUICK);
            }
            assert!(!relief.may_come());
            relief.note_wait(QUICK);
        }
        relief.note_turns(SLOW);
        learn();
        assert!(relief.may_come());
    }
}
