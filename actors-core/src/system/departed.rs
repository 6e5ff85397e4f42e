//! Actors that have ended, counted by type.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::kernel::cell::Core;

/// What ended actors add to the counts of those that run. Types are told apart by the functions that name them, because names
/// are computed.
#[derive(Clone, Default)]
pub(super) struct Departed(pub(super) HashMap<fn() -> &'static str, Legacy, BuildHasherDefault<ByAddress>>);

/// Addresses of functions are scattered enough: each actor that ends is looked up, and no stranger chooses its address.
#[derive(Default)]
pub(super) struct ByAddress(u64);

impl Hasher for ByAddress {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    #[inline]
    fn write_usize(&mut self, address: usize) {
        // Both ends of the hash are looked at; the address's own lowest bits are mostly the same.
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What all ended actors of one type have come to.
#[derive(Clone, Copy, Default)]
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
