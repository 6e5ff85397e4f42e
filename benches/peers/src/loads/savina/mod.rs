//! Loads of the Savina suite of actor benchmarks (Imam and Sarkar, 2014), each made long enough to be measured.

pub(super) mod banking;
pub(super) mod big;
pub(super) mod bounded_buffer;
pub(super) mod chameneos;
mod computation;
pub(super) mod counting;
pub(super) mod dictionary;
pub(super) mod fibonacci;
pub(super) mod fork_join;
