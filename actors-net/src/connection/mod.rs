//! One TCP connection to a peer.
//!
//! ```text
//! senders ──encode──> Outbound { buffer } ──swap──> writer ──> socket ──> reader ──> Exports ──> mailboxes
//!    └── Pending { question: reply handle } <────────── REPLY ─────────────┘
//! ```

mod handshake;
mod inbound;
mod link;
mod outbound;
mod pending;
mod run;

pub(crate) use handshake::{Identity, accept, dial};
pub(crate) use link::Connection;
pub(crate) use run::run;
