//! The event bus: producers publish events on topics, consumers subscribe alone, in groups, or by pattern.
//!
//! ```text
//! publish ──> Topic { retained } ──> Feed { inbox, on_full } ──> dispatcher ──> member: closure, actor, stream, thread
//!                 └──> patterns ──> Feed<AnyEvent>                  └── keys in order, retries, dead events
//! ```
//!
//! Each subscription, or group of them, is one feed with a buffer and a dispatcher of its own, so that a slow one delays
//! nobody else.

mod any_event;
mod consumer;
mod dispatcher;
mod event;
mod event_bus;
mod feed;
mod pattern;
mod retry;
mod subscribe;
mod subscription;
mod topic;
mod topics;

pub use any_event::{AnyEvent, DeadEvent};
pub use consumer::Outcome;
pub use event::Event;
pub use event_bus::{Bus, PublishError};
pub use pattern::PatternError;
pub use retry::Retry;
pub use subscribe::{PatternSubscribe, Start, Subscribe};
pub use subscription::{EventStream, SubscribeError, Subscription};
