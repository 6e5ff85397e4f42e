//! The limits of a node, all of them finite.

use std::time::Duration;

/// What a node allows its peers and itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest frame, in bytes: 1 MiB.
    pub frame: usize,
    /// How long a handshake may take: 5 s.
    pub handshake: Duration,
    /// Handshakes at the same time: 64.
    pub handshakes: usize,
    /// How often a peer is told that this node lives: 1 s.
    pub heartbeat: Duration,
    /// A peer that was silent for this long is down: 5 s.
    pub silence: Duration,
    /// How long a write may make no progress: 10 s.
    pub write_stall: Duration,
    /// Bytes that wait to be written to one peer: 8 MiB.
    pub outbound_bytes: usize,
    /// Messages that wait to be written to one peer: 8,192.
    pub outbound_messages: usize,
    /// Bytes received from one peer that wait for room in mailboxes: 8 MiB. Beyond it nothing more is read.
    pub inbound_bytes: usize,
    /// Questions to one peer without an answer yet: 16,384.
    pub pending_asks: usize,
    /// Actors of this node that one peer watches: 65,536.
    pub watches: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: 1 << 20,
            handshake: Duration::from_secs(5),
            handshakes: 64,
            heartbeat: Duration::from_secs(1),
            silence: Duration::from_secs(5),
            write_stall: Duration::from_secs(10),
            outbound_bytes: 8 << 20,
            outbound_messages: 8192,
            inbound_bytes: 8 << 20,
            pending_asks: 16_384,
            watches: 65_536,
        }
    }
}

impl Limits {
    /// The largest frame of a handshake, in bytes.
    pub(crate) const HANDSHAKE_FRAME: usize = 4096;
    /// Bytes asked of the socket at a time.
    pub(crate) const READ_AHEAD: usize = 64 << 10;
}
