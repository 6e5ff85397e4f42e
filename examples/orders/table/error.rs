//! What can be wrong with a table: all of it, or one cell.

use std::path::PathBuf;
use std::{fmt, io};

/// A table that cannot be read at all.
#[derive(Debug)]
pub(crate) enum TableError {
    NotADirectory(PathBuf),
    Unreadable(PathBuf, io::Error),
    NoHeader(PathBuf, &'static str),
    NoColumn { file: PathBuf, line: u64, column: &'static str },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADirectory(path) => write!(f, "{}: there is no such directory", path.display()),
            Self::Unreadable(path, error) => write!(f, "{}: cannot be read: {error}", path.display()),
            Self::NoHeader(path, problem) => write!(f, "{}, line 1: the header: {problem}", path.display()),
            Self::NoColumn { file, line, column } => {
                write!(f, "{}, line {line}, field {column}: the header has no such column", file.display())
            }
        }
    }
}

/// One row that is left out, and the cell that is to blame.
#[derive(Debug, PartialEq)]
pub(crate) struct Complaint {
    pub(crate) file: PathBuf,
    pub(crate) line: u64,
    pub(crate) field: String,
    pub(crate) problem: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, field, problem } = self;
        write!(f, "{}, line {line}, field {field}: {problem}", file.display())
    }
}
