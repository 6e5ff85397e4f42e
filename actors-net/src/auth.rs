//! How nodes know each other.

use std::net::SocketAddr;

/// How nodes authenticate each other. Fixed by configuration, never negotiated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Not at all. Refuses every address but loopback: whoever can connect is trusted.
    Insecure,
}

impl Auth {
    /// Whether this address may be bound to or dialled.
    pub(crate) fn permits(&self, address: SocketAddr) -> bool {
        match self {
            Self::Insecure => address.ip().is_loopback(),
        }
    }
}
