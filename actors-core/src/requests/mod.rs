//! Many questions at once, and their answers as they come.

mod ready;
mod set;

pub use set::Requests;
