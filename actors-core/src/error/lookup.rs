//! Why a name gave no reference.

use std::error::Error;
use std::fmt;

/// A name that could not be turned into a reference of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookupError {
    /// No running actor has this name, or stands at this path.
    NotFound {
        /// The name or path that was looked for.
        name: String,
    },
    /// An actor has this name, but it is of another type.
    WrongType {
        /// The name that was looked for.
        name: String,
        /// The type that was asked for.
        expected: &'static str,
        /// The type the actor has.
        found: &'static str,
    },
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { name: path } if path.starts_with('/') => write!(f, "no actor is at {path}"),
            Self::NotFound { name } => write!(f, "no actor is named \"{name}\""),
            Self::WrongType { name, expected, found } => {
                write!(f, "the actor named \"{name}\" is a {found}, not a {expected}")
            }
        }
    }
}

impl Error for LookupError {}
