//! What those who watch a group are told.

use super::GroupMember;
use crate::message::{Message, Plain};

/// Tells an actor that [watches](super::Groups::watch) a group who came and who went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupChanged {
    /// The group's name.
    pub group: String,
    /// Those that joined, once for each time they did.
    pub joined: Vec<GroupMember>,
    /// Those that left or ended, once for each time they had joined.
    pub left: Vec<GroupMember>,
}

impl Message for GroupChanged {
    type Reply = ();
    type Kind = Plain;
}
