//! The event bus: what happened, told to whoever wants to know.
//!
//! ```text
//!                          ┌─> group "billing": one line ──> member │ member │ member    each event to one of them
//! publish ──> topic ──────>├─> group of one:    one line ──> closure, actor, channel or stream
//!             (retains     └─> group of a pattern "orders.>"
//!              the last)
//! ```
//!
//! A line keeps the order of publication, hands out one event of a key at a time, and is bounded; what happens when it
//! is full is the subscriber's choice. An event is in a member's hands until it is handled; a member that goes puts it
//! back into the line.
//!
//! Architecture invariant: nothing below knows the bus. It is an extension of the system, and ends in a phase of the
//! system's shutdown.

mod event;
mod handle;
mod key;

mod subscribe;
mod subscription;

mod consume;
mod outcome;
mod retry;

mod dead_event;
mod error;

mod answers;
mod lifecycle;

mod state;
mod topic;
mod type_map;

mod group;
mod line;
mod member;
mod offer;
mod pattern;
mod source;
mod taken;

mod shutdown;

pub use consume::EventStream;
pub use dead_event::{DeadCause, DeadEvent};
pub use error::{PublishError, SubscribeError, TypeConflict};
pub use event::{AnyEvent, Event};
pub use handle::{Bus, TopicSettings};
pub use outcome::IntoOutcome;
pub use retry::Retry;
pub use subscribe::{Start, Subscribe};
pub use subscription::Subscription;
