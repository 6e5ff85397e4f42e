//! The testkit, tested with programs that are right and with programs that are not.

mod advance;
mod book;
mod cache;
mod explore;
mod finish;
mod probes;
mod promises;
mod support;
