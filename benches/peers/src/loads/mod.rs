//! The loads. Each is written once, does the same work on every framework, and checks what came out.

mod ask;
mod counter;
mod crowd;
mod idle;
mod latch;
mod load;
mod million;
mod outcome;
mod pingpong;
mod random;
mod ring;
mod savina;
mod scale;
mod spawn;
mod tell;

pub(crate) use load::{Load, Unit};
pub(crate) use outcome::Outcome;
pub(crate) use scale::Scale;
