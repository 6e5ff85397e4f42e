//! All actors of a system, counted by type.

use std::collections::HashMap;

use crate::kernel::any_cell::AnyCell;
use crate::kernel::pulse::Stage;
use crate::system::departed::Departed;
use crate::system::patrol::is_crowded;

/// Counts by the function that names the type: names are computed.
#[derive(Default)]
pub(in crate::system) struct Census(HashMap<fn() -> &'static str, Count>);

/// The actors of one type: those that run, and what those and the ended ones have come to.
#[derive(Default)]
pub(super) struct Count {
    pub(super) started: u64,
    pub(super) restarts: u64,
    pub(super) handled: u64,
    pub(super) running: u64,
    pub(super) handling: u64,
    pub(super) queued: u64,
    pub(super) crowded: u64,
}

impl Census {
    pub(in crate::system) fn count_running(&mut self, cell: &dyn AnyCell) {
        let core = cell.core();
        let (queued, bound) = cell.queue();
        let count = self.0.entry(core.kind_by()).or_default();
        count.started += 1;
        count.restarts += u64::from(core.incarnation().as_u32());
        count.handled += core.pulse.handled();
        count.running += 1;
        count.handling += u64::from(matches!(core.pulse.stage(), Stage::Computing | Stage::Waiting));
        count.queued += queued as u64;
        count.crowded += u64::from(bound.is_some_and(|bound| is_crowded(queued, bound)));
    }

    pub(in crate::system) fn count_departed(&mut self, departed: Departed) {
        for (kind, legacy) in departed.0 {
            let count = self.0.entry(kind).or_default();
            count.started += legacy.actors;
            count.restarts += legacy.restarts;
            count.handled += legacy.handled;
        }
    }

    /// The counts under the names of the types. Types of the same name in different modules are one.
    pub(super) fn by_type(self) -> HashMap<&'static str, Count> {
        let mut by_type = HashMap::<&'static str, Count>::new();
        for (kind, count) in self.0 {
            by_type.entry(kind()).or_default().add(&count);
        }
        by_type
    }
}

impl Count {
    fn add(&mut self, other: &Self) {
        self.started += other.started;
        self.restarts += other.restarts;
        self.handled += other.handled;
        self.running += other.running;
        self.handling += other.handling;
        self.queued += other.queued;
        self.crowded += other.crowded;
    }
}
