//! Messages to bytes and back.
//!
//! The bytes may come from anybody: whatever decodes them is guarded against depth, length and panics.

mod bincode;
mod guard;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::bincode::Bincode;

/// A format of message bodies.
pub(crate) trait Codec {
    /// The format's number on the wire.
    const ID: u8;

    /// Appends a value. Whatever was appended before an error stays and must be cut off.
    fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError>;

    /// Reads a value, of which nothing may be left over.
    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError>;
}

/// A value that could not be encoded or decoded, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodecError(pub(crate) String);

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
