//! Keys of events, as the bus compares them.

use std::fmt;

/// What is left of a key whose text nobody needs.
///
/// Two keys with the same hash are taken for one: their events are handled one after another, which costs time and
/// breaks no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct KeyHash(u64);

/// Hashes text as it is written, whatever pieces it is written in (FNV-1a).
pub(super) struct KeyWriter(u64);

impl Default for KeyWriter {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl fmt::Write for KeyWriter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

impl KeyWriter {
    pub(super) fn finish(self) -> KeyHash {
        KeyHash(self.0)
    }
}
