//! What lies in a mailbox, and how it runs: messages without an allocation of their own, handlers without a box.
//!
//! ```text
//! Envelope { vtable, 24 bytes } ──begin──> handler's future in a buffer ──ready──> buffer back to its thread
//!                                                └──pending──> kept in the actor's FutureSlot
//! ```

mod answering;
mod body;
mod buffer;
mod current;
mod dispatch;
mod future_slot;
mod kinds;
mod label;
mod sealed;
mod traced;
mod turns;

pub(crate) use answering::{Answering, Unheard};
pub(crate) use body::Body;
pub(crate) use buffer::Turn;
pub(crate) use current::{as_current, as_nobody, current, is_inside_actor};
pub(crate) use kinds::Step;
pub(crate) use label::{Label, LastLabel};
pub(crate) use sealed::Envelope;
pub(crate) use traced::sender;
pub(crate) use turns::{downcast, is_of};
