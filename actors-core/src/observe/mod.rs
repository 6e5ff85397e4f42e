//! What can be seen from outside: topics of what happened, counters of what was lost.

mod dead_letter;
mod lifecycle;
mod rate;
mod topic;

pub use dead_letter::{DeadLetter, DeadLetterCounts, DeadLetterReason};
pub use lifecycle::LifecycleEvent;
pub use topic::{Topic, TopicReceiver};

pub(crate) use dead_letter::DeadLetterOffice;
pub(crate) use rate::LogRate;
