//! A subscription that has begun.

use std::fmt;
use std::sync::Arc;

use super::error::SubscribeError;
use super::member::{Farewell, Member};

/// A handle of a subscription, which goes on when this is dropped.
///
/// It ends when it is cancelled, when its actor has ended, or when the system shuts down.
#[derive(Clone)]
pub struct Subscription {
    member: Arc<Member>,
    outcome: Result<(), SubscribeError>,
}

impl Subscription {
    pub(super) fn new(member: Arc<Member>) -> Self {
        let outcome = if member.bus.state.is_closed() { Err(SubscribeError::Closed) } else { Ok(()) };
        Self { member, outcome }
    }

    /// Waits until events reach the subscriber. In memory that is so from the beginning.
    ///
    /// # Errors
    ///
    /// [`SubscribeError::Closed`] if the system had shut down before.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn ready(&self) -> Result<(), SubscribeError> {
        self.outcome.clone()
    }

    /// Ends the subscription. Events being handled are handled to the end; those that wait go to the other members of the
    /// group or, without any, are dropped and counted.
    pub fn cancel(&self) {
        self.member.leave(Farewell::Wanted);
    }

    /// Waits until the subscription has ended and nothing is being handled any more.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn wait(&self) {
        self.member.ended().await;
    }

    /// Whether it has ended and nothing is being handled any more.
    pub fn has_ended(&self) -> bool {
        self.member.has_ended()
    }

    /// How many events it, or its group, has not handled because there was no room or no time.
    pub fn dropped(&self) -> u64 {
        self.member.group.dropped()
    }

    /// How many events it, or its group, has given up: they are dead events.
    pub fn failed(&self) -> u64 {
        self.member.group.failed()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({})", Member::path(&self.member.group))
    }
}
