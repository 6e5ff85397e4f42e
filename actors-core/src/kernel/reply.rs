//! The handle with which a question is answered.

use std::cell::Cell as Flag;
use std::fmt;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::error::AskError;
use crate::kernel::endpoint::{Endpoint, Parcel, Refusal, deliver};
use crate::message::Message;

/// What an ask waits for.
pub type Answer<R> = oneshot::Receiver<Result<R, AskError>>;

/// Looks at an answer nobody waits for.
pub(crate) type Report<R> = Box<dyn FnOnce(&R) + Send>;

/// Answers one message, now or later, from anywhere. Dropped unanswered, it fails the ask at once.
pub struct ReplyTo<R> {
    line: Option<Line<R>>,
    deadline: Option<Instant>,
}

enum Line<R> {
    Asked(oneshot::Sender<Result<R, AskError>>),
    /// Nobody waits; an error in the answer is reported to the system instead.
    Told(Option<Report<R>>),
}

impl<R> ReplyTo<R> {
    /// A handle and what it answers to. Bridges such as network nodes ask on behalf of somebody else with it.
    pub fn channel(deadline: Option<Instant>) -> (Self, Answer<R>) {
        let (sender, answer) = oneshot::channel();
        (Self { line: Some(Line::Asked(sender)), deadline }, answer)
    }

    /// The handle of a message that was only told.
    pub(crate) fn told(report: Option<Report<R>>) -> Self {
        Self { line: Some(Line::Told(report)), deadline: None }
    }

    /// Answers. If nobody waits any more the answer is dropped.
    pub fn send(mut self, reply: R) {
        match self.line.take() {
            Some(Line::Asked(sender)) => drop(sender.send(Ok(reply))),
            Some(Line::Told(Some(report))) => report(&reply),
            Some(Line::Told(None)) | None => {}
        }
    }

    /// Fails the ask with an error of the way instead of an answer. For bridges, such as network nodes.
    pub fn fail(mut self, error: AskError) {
        if let Some(Line::Asked(sender)) = self.line.take() {
            let _ = sender.send(Err(error));
        }
    }

    /// Whether somebody waits for the answer: false for a message that was told, or whose asker has given up.
    pub fn is_wanted(&self) -> bool {
        matches!(&self.line, Some(Line::Asked(sender)) if !sender.is_closed())
    }

    /// Completes when nobody waits for the answer any more; at once if the message was only told.
    ///
    /// # Cancel safety
    ///
    /// The handle stays usable if the future is dropped.
    pub async fn abandoned(&mut self) {
        if let Some(Line::Asked(sender)) = &mut self.line {
            sender.closed().await;
        }
    }

    /// When the asker gives up, if it said so.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Passes the question on: `target` answers the original asker. A refusal fails the ask, or becomes a dead letter.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while it waits for room drops the message and fails the ask.
    pub async fn delegate<M>(self, target: &(impl Endpoint<M> + ?Sized), message: M)
    where
        M: Message<Reply = R>,
    {
        let deadline = self.deadline;
        let asked = matches!(self.line, Some(Line::Asked(_)));
        let parcel = Parcel { message, reply: asked.then_some(self), deadline, urgent: false };
        let Err(Refusal { kind, parcel }) = deliver(target, parcel).await else {
            return;
        };
        match parcel.reply {
            Some(reply) => reply.fail(kind.into()),
            None => target.bury(parcel.message, kind.into()),
        }
    }
}

impl<R> Drop for ReplyTo<R> {
    fn drop(&mut self) {
        if let Some(Line::Asked(sender)) = self.line.take() {
            let died = std::thread::panicking() || LIFE_ENDS.get();
            let _ = sender.send(Err(if died { AskError::Stopped } else { AskError::NoReply }));
        }
    }
}

impl<R> fmt::Debug for ReplyTo<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.line {
            Some(Line::Asked(_)) => "ReplyTo(asked)",
            _ => "ReplyTo(told)",
        })
    }
}

thread_local! {
    /// Set while this thread drops what a dying actor leaves behind: a reply handle among it was not dropped on purpose.
    static LIFE_ENDS: Flag<bool> = const { Flag::new(false) };
}

/// Runs `drop_remains` so that the reply handles in it tell their askers that the actor died.
pub(crate) fn as_death<T>(drop_remains: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            LIFE_ENDS.set(self.0);
        }
    }
    let _restore = Restore(LIFE_ENDS.replace(true));
    drop_remains()
}
