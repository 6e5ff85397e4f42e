//! A member of a group, its message type forgotten.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use crate::id::{ActorPath, short_type_name};
use crate::kernel::endpoint::EndpointKey;
use crate::kernel::refs::Recipient;
use crate::message::Message;

/// One membership in a group: an actor, as a receiver of one type of message.
///
/// Two are equal if they are the same actor's, for the same messages. It keeps a local actor alive like the
/// [`Recipient`] in it.
#[derive(Clone)]
pub struct GroupMember {
    key: EndpointKey,
    path: ActorPath,
    message: TypeId,
    message_type: &'static str,
    recipient: Arc<dyn Any + Send + Sync>,
}

impl GroupMember {
    pub(super) fn new<M: Message>(recipient: Recipient<M>) -> Self {
        Self {
            key: recipient.key(),
            path: recipient.path(),
            message: TypeId::of::<M>(),
            message_type: short_type_name::<M>(),
            recipient: Arc::new(recipient),
        }
    }

    /// Equal for memberships of the same actor.
    pub fn key(&self) -> EndpointKey {
        self.key
    }

    /// Where messages go.
    pub fn path(&self) -> &ActorPath {
        &self.path
    }

    /// The type of the messages it takes as a member, without its module path.
    pub fn message_type(&self) -> &'static str {
        self.message_type
    }

    /// The member, if it takes messages of this type as a member.
    pub fn recipient<M: Message>(&self) -> Option<Recipient<M>> {
        self.recipient.downcast_ref().cloned()
    }
}

impl PartialEq for GroupMember {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.message == other.message
    }
}

impl Eq for GroupMember {}

impl fmt::Debug for GroupMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupMember<{}>({})", self.message_type, self.path)
    }
}
