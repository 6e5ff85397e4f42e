//! Actors that have ended, counted by type.

use std::collections::HashMap;

use crate::kernel::cell::Core;

/// What ended actors add to the counts of those that run. Types are told apart by the functions that name them, because names
/// are computed.
#[derive(Default)]
pub(super) struct Departed(pub(super) HashMap<fn() -> &'static str, Legacy>);

/// What all ended actors of one type have come to.
#[derive(Default)]
pub(super) struct Legacy {
    pub(super) actors: u64,
    pub(super) restarts: u64,
    pub(super) handled: u64,
}

impl Departed {
    pub(super) fn note(&mut self, core: &Core) {
        let legacy = self.0.entry(core.kind_by()).or_default();
        legacy.actors += 1;
        legacy.restarts += u64::from(core.incarnation().as_u32());
        legacy.handled += core.pulse.handled();
    }
}
