//! What can go wrong with publishing and subscribing.

use std::error::Error;
use std::fmt;

use crate::error::Returned;

/// An event that was not published to all. It is inside and can be published again.
#[non_exhaustive]
pub enum PublishError<E> {
    /// The system has shut down: the event went to nobody, or not to those who made it wait.
    Closed(Returned<E>),
    /// A subscription whose policy is to wait has no room: nobody has the event. Only of
    /// [`try_publish`](crate::Bus::try_publish).
    Full(Returned<E>),
    /// Subscriptions whose policy is to reject had no room. All the others have the event.
    Rejected {
        /// The event.
        event: Returned<E>,
        /// How many subscriptions or groups rejected it.
        rejections: usize,
    },
    /// The topic carries events of another type: nobody has the event.
    OtherType {
        /// The event.
        event: Returned<E>,
        /// What is wrong, with both types.
        conflict: TypeConflict,
    },
}

/// Two event types with the same topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeConflict {
    /// The topic.
    pub topic: String,
    /// The full name of the type that used the topic first.
    pub carries: &'static str,
    /// The full name of the other type.
    pub other: &'static str,
}

/// A subscription that could not begin, or has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The system has shut down.
    Closed,
}

impl<E> PublishError<E> {
    /// Gives the event back.
    pub fn into_event(self) -> E {
        match self {
            Self::Closed(event) | Self::Full(event) => event.into_inner(),
            Self::Rejected { event, .. } | Self::OtherType { event, .. } => event.into_inner(),
        }
    }

    /// Whether the system has shut down: trying again cannot help.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }

    /// Whether there was no room somewhere.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Rejected { .. })
    }
}

impl<E> fmt::Display for PublishError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(_) => f.write_str("the event bus has shut down"),
            Self::Full(_) => f.write_str("a subscription has no room; nobody got the event"),
            Self::Rejected { rejections, .. } => write!(f, "{rejections} subscriptions had no room"),
            Self::OtherType { conflict, .. } => conflict.fmt(f),
        }
    }
}

// By hand, so that `?` and `expect` work for events that have no `Debug`.
impl<E> fmt::Debug for PublishError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(_) => f.write_str("Closed(..)"),
            Self::Full(_) => f.write_str("Full(..)"),
            Self::Rejected { rejections, .. } => write!(f, "Rejected {{ rejections: {rejections}, .. }}"),
            Self::OtherType { conflict, .. } => write!(f, "OtherType {{ conflict: {conflict:?}, .. }}"),
        }
    }
}

impl<E> Error for PublishError<E> {}

impl fmt::Display for TypeConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the topic `{}` carries `{}`, not `{}`: a topic carries events of one type, so one of the two needs another topic",
            self.topic, self.carries, self.other
        )
    }
}

impl Error for TypeConflict {}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the event bus has shut down"),
        }
    }
}

impl Error for SubscribeError {}
