//! What subscriptions are to.

use std::sync::Arc;

use super::pattern::Pattern;

/// What a subscription is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Topic(Arc<str>),
    Pattern(Pattern),
}

impl Source {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Topic(topic) => topic,
            Self::Pattern(pattern) => pattern.as_str(),
        }
    }

    pub(super) fn covers(&self, topic: &str) -> bool {
        match self {
            Self::Topic(name) => **name == *topic,
            Self::Pattern(pattern) => pattern.matches(topic),
        }
    }
}
