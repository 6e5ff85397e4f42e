//! The bytes of the node protocol: pure, without sockets and without serde. `docs/wire.md` describes them in full.

mod cursor;
mod frame;
mod splitter;

pub(crate) use frame::{Frame, MessageHead, Target, begin_reply, end_frame};
pub(crate) use splitter::Splitter;

/// What was received cannot be a frame; the connection is closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The number of a message type on the wire: 64-bit FNV-1a of its wire name.
pub(crate) const fn wire_id(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < name.len() {
        hash = (hash ^ name.as_bytes()[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}
