//! What an actor type, or whoever spawns one, may choose.

use std::sync::Arc;

use crate::mailbox::Mailbox;

/// Name, mailbox, stash, task and thread of an actor.
///
/// ```
/// # use actors_core::{ActorOptions, Mailbox, OnFull};
/// let options = ActorOptions::new().name("db").mailbox(Mailbox::bounded(256).on_full(OnFull::Reject));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ActorOptions {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) mailbox: Option<Mailbox>,
    pub(crate) stash: Option<usize>,
    pub(crate) dedicated_thread: bool,
    pub(crate) own_task: bool,
}

impl ActorOptions {
    /// The defaults: no name, the system's default mailbox, a task on the shared scheduler.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers the actor under this name while it runs: `[A-Za-z0-9_.:-]{1,128}`.
    #[must_use]
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the bound and the overflow policy of the mailbox.
    #[must_use]
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.mailbox = Some(mailbox);
        self
    }

    /// Sets how many messages [`Context::stash`](crate::Context::stash) holds at most: 1,024 unless set.
    #[must_use]
    pub fn stash(mut self, limit: usize) -> Self {
        self.stash = Some(limit);
        self
    }

    /// Has a task of the actor's own run it, whoever sends it messages.
    ///
    /// Otherwise actors that send each other messages may take turns within one task, and one that is known to answer at once may
    /// be run by the task that asks it, or that finds no room in its mailbox. That saves the way through the scheduler. It matters to
    /// handlers that look at what belongs to the task they run in, such as task-local values, that block their thread now and then, or
    /// that wait in place for what their senders do next.
    #[must_use]
    pub fn own_task(mut self) -> Self {
        self.own_task = true;
        self
    }

    /// Runs the actor on a thread of its own, where its handlers may block.
    #[must_use]
    pub fn dedicated_thread(mut self) -> Self {
        self.dedicated_thread = true;
        self
    }
}
