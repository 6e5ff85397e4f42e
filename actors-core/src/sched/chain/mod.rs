//! Turns that follow one another on a thread without the scheduler in between.
//!
//! A consumer that is called for while another one's turn is on waits in the *line* of that thread, and has its turn in the same
//! poll: a message from one actor to another wakes no task.
//!
//! ```text
//!  task of an actor ── leads ──> turn ── calls for others ──> line ──> turn ──> ···   until the line is empty, or it is enough
//!                                                              │
//!                                    carriers <── what is left ┘
//! ```
//!
//! Lines go to other threads where turns take long, and where trying has shown that more gets done so.

mod chains;
mod helpers;
mod line;
mod pace;
mod trial;
mod watch;

pub(crate) use chains::{Chains, count_handled, is_off};
pub(crate) use line::FirstInLine;
