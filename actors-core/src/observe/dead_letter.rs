//! Messages that could not be delivered: counted by reason, reported on a topic, logged at a bounded rate.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{LogRate, Topic};
use crate::id::ActorPath;

/// Why a message became a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadLetterReason {
    /// There is no actor where it was sent.
    NoActor,
    /// The actor stopped with the message in its mailbox.
    Stopped,
    /// The mailbox was full and the sender could not be told.
    MailboxFull,
    /// The mailbox's overflow policy dropped it.
    Dropped,
    /// Its deadline had passed when its turn came.
    Expired,
    /// Its bytes were not a message.
    Undecodable,
    /// It was the answer to an ask whose time was over. Such are counted, and nothing more.
    LateReply,
}

impl DeadLetterReason {
    const ALL: [Self; 7] = [
        Self::NoActor,
        Self::Stopped,
        Self::MailboxFull,
        Self::Dropped,
        Self::Expired,
        Self::Undecodable,
        Self::LateReply,
    ];

    /// The reason's name in counters and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoActor => "no_actor",
            Self::Stopped => "stopped",
            Self::MailboxFull => "mailbox_full",
            Self::Dropped => "dropped",
            Self::Expired => "expired",
            Self::Undecodable => "undecodable",
            Self::LateReply => "late_reply",
        }
    }
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A message that was not delivered, reported on [`ActorSystem::dead_letters`](crate::ActorSystem::dead_letters).
#[derive(Clone)]
pub struct DeadLetter {
    pub(crate) to: ActorPath,
    pub(crate) message_type: &'static str,
    pub(crate) reason: DeadLetterReason,
    pub(crate) message: Arc<Mutex<Option<Box<dyn Any + Send>>>>,
}

impl DeadLetter {
    /// Where it was sent.
    pub fn to(&self) -> &ActorPath {
        &self.to
    }

    /// The message's type, without its module path.
    pub fn message_type(&self) -> &'static str {
        self.message_type
    }

    /// Why it was not delivered.
    pub fn reason(&self) -> DeadLetterReason {
        self.reason
    }

    /// Takes the message out, for the first subscriber who asks for it by its type.
    pub fn take<M: 'static>(&self) -> Option<M> {
        let mut message = self.message.lock().unwrap_or_else(PoisonError::into_inner);
        match message.take()?.downcast::<M>() {
            Ok(found) => Some(*found),
            Err(other) => {
                *message = Some(other);
                None
            }
        }
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeadLetter({} to {}: {})", self.message_type, self.to, self.reason)
    }
}

/// How many messages were not delivered, by reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DeadLetterCounts([u64; DeadLetterReason::ALL.len()]);

impl DeadLetterCounts {
    /// The count of one reason.
    pub fn of(&self, reason: DeadLetterReason) -> u64 {
        self.0[reason as usize]
    }

    /// The count of all reasons.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Every reason with its count.
    pub fn iter(&self) -> impl Iterator<Item = (DeadLetterReason, u64)> + '_ {
        DeadLetterReason::ALL.into_iter().map(|reason| (reason, self.of(reason)))
    }
}

/// Receives dead letters: counts all, reports all to subscribers, logs some.
pub(crate) struct DeadLetterOffice {
    counts: [AtomicU64; DeadLetterReason::ALL.len()],
    late_replies: Arc<AtomicU64>,
    topic: Topic<DeadLetter>,
    log: LogRate,
}

impl DeadLetterOffice {
    pub(crate) fn new() -> Self {
        Self {
            counts: Default::default(),
            late_replies: Arc::default(),
            topic: Topic::new(),
            log: LogRate::default(),
        }
    }

    pub(crate) fn topic(&self) -> &Topic<DeadLetter> {
        &self.topic
    }

    pub(crate) fn counts(&self) -> DeadLetterCounts {
        let mut counts = DeadLetterCounts(std::array::from_fn(|at| self.counts[at].load(Ordering::Relaxed)));
        counts.0[DeadLetterReason::LateReply as usize] += self.late_replies.load(Ordering::Relaxed);
        counts
    }

    /// Where answers are counted that come too late. Their askers may be anywhere.
    pub(crate) fn late_replies(&self) -> Arc<AtomicU64> {
        self.late_replies.clone()
    }

    /// Takes in one message. `to` is only computed when somebody will read it.
    pub(crate) fn receive<M: Any + Send>(
        &self,
        to: impl Fn() -> ActorPath,
        message_type: &'static str,
        reason: DeadLetterReason,
        message: M,
    ) {
        self.counts[reason as usize].fetch_add(1, Ordering::Relaxed);
        self.log_within_rate(&to, message_type, reason);
        if self.topic.has_listeners() {
            let message = Arc::new(Mutex::new(Some(Box::new(message) as Box<dyn Any + Send>)));
            self.topic.report(DeadLetter { to: to(), message_type, reason, message });
        }
    }

    fn log_within_rate(&self, to: &dyn Fn() -> ActorPath, message_type: &str, reason: DeadLetterReason) {
        if !tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        let Some(silenced) = self.log.admit() else { return };
        tracing::info!(to = %to(), message_type, reason = reason.as_str(), silenced, "dead letter");
    }
}
