//! What a message of one type can be sent to: a local actor, a remote one, a router.

use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use crate::error::{AskError, Returned, SendError};
use crate::id::ActorPath;
use crate::kernel::ask::{DeadlineQueue, Posted, WaitTarget};
use crate::kernel::custody::BoxFuture;
use crate::kernel::direct::Way;
use crate::kernel::refs::Recipient;
use crate::kernel::reply::ReplyTo;
use crate::kernel::watch::Watched;
use crate::message::Message;
use crate::observe::DeadLetterReason;

/// Takes messages of type `M`; each is `offer`ed first and, if the receiver is busy and the sender patient, waits.
///
/// [`ActorRef`](crate::ActorRef) is one; references to actors elsewhere are others.
pub trait Endpoint<M: Message>: Send + Sync + 'static {
    /// Takes a message or gives it back, without waiting.
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>>;

    /// Takes a message that is only told, and not urgent, as [`offer`](Self::offer) does.
    #[doc(hidden)]
    fn offer_told(&self, message: M) -> Result<(), Refusal<M>> {
        self.offer(Parcel::told(message))
    }

    /// Takes a message that is asked, and not urgent, as [`offer`](Self::offer) does, and says which are its
    /// [`deadlines`](Self::deadlines).
    #[doc(hidden)]
    fn offer_asked(&self, question: Posted<M>) -> Result<Option<&DeadlineQueue>, Refusal<M>> {
        self.offer(Parcel::of_load(Load::Ask(question), false)).map(|()| self.deadlines())
    }

    /// How the one who asks gets its answer soonest.
    #[doc(hidden)]
    fn way(&self) -> Way {
        Way::Ask
    }

    /// As [`offer_asked`](Self::offer_asked), and takes the receiver's turns until the answer is there, if nobody else does.
    #[doc(hidden)]
    fn ask_directly(&self, question: Posted<M>, is_answered: &dyn Fn() -> bool) -> Result<(), Refusal<M>> {
        let _ = is_answered;
        self.offer_asked(question).map(drop)
    }

    /// An answer took so long.
    #[doc(hidden)]
    fn learn(&self, took: Duration, way: Way) {
        let _ = (took, way);
    }

    /// Makes room by doing what the receiver has to do, if that is up to this thread; true if there may be some now.
    #[doc(hidden)]
    fn make_room(&self, cx: &mut Context<'_>) -> bool {
        let _ = cx;
        false
    }

    /// Takes a message as soon as there is room, in turn. Dropping the future drops the message.
    fn wait_for_room(&self, parcel: Parcel<M>) -> BoxFuture<'static, Result<(), Refusal<M>>>;

    /// An owned reference that knows only this message.
    fn to_recipient(&self) -> Recipient<M>;

    /// Where messages go.
    fn path(&self) -> ActorPath;

    /// Equal for two references to the same actor.
    fn key(&self) -> EndpointKey;

    /// Whether a message has a chance to be accepted.
    fn is_alive(&self) -> bool;

    /// Whom an asker waits for, if a circle of askers could lead through it.
    fn wait_target(&self) -> Option<WaitTarget> {
        None
    }

    /// The queue that watches over the deadlines of asks, if there is one; askers use timers of their own otherwise.
    fn deadlines(&self) -> Option<&DeadlineQueue> {
        None
    }

    /// What to register with for being told of the receiver's end, if that can be observed.
    fn watched(&self) -> Option<Arc<dyn Watched>> {
        None
    }

    /// Sends a notice of the framework, which must neither wait nor be lost: ahead of users' messages and whatever the
    /// bound, where the receiver has such a lane. Otherwise it is offered, and becomes a dead letter if it is refused.
    fn notify(&self, message: M) {
        if let Err(Refusal { kind, parcel }) = self.offer(Parcel::told(message)) {
            self.bury(parcel.into_parts().0, kind.into());
        }
    }

    /// Counts a message that its sender cannot take back as a dead letter.
    fn bury(&self, message: M, reason: DeadLetterReason);
}

/// Tells endpoints apart: where the actor's system lives, and the actor's number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndpointKey {
    /// Tells systems, nodes and routers apart.
    pub home: u64,
    /// Tells actors of one home apart.
    pub number: u64,
}

/// A message under way, with the handle that answers it.
pub struct Parcel<M: Message> {
    load: Load<M>,
    urgent: bool,
}

/// A message, and how it is answered.
pub(crate) enum Load<M: Message> {
    Tell(M),
    /// The message lies in the cell.
    Ask(Posted<M>),
    /// Somebody else was asked first, or a bridge asks on behalf of somebody.
    PassedOn(M, ReplyTo<M::Reply>),
}

impl<M: Message> Parcel<M> {
    /// A message nobody waits for.
    pub fn told(message: M) -> Self {
        Self { load: Load::Tell(message), urgent: false }
    }

    /// A message whose answer goes to `reply`.
    pub fn asked(message: M, reply: ReplyTo<M::Reply>) -> Self {
        Self { load: Load::PassedOn(message, reply), urgent: false }
    }

    #[inline]
    pub(crate) fn of_load(load: Load<M>, urgent: bool) -> Self {
        Self { load, urgent }
    }

    #[inline]
    pub(crate) fn into_load(self) -> Load<M> {
        self.load
    }

    /// Whether it goes before messages that are not urgent.
    #[inline]
    pub fn is_urgent(&self) -> bool {
        self.urgent
    }

    /// The message together with how it is answered, put together again.
    pub fn from_parts(message: M, reply: Option<ReplyTo<M::Reply>>) -> Self {
        match reply {
            Some(reply) => Self::asked(message, reply),
            None => Self::told(message),
        }
    }

    /// The message, and the handle that answers it unless it is only told.
    pub fn into_parts(self) -> (M, Option<ReplyTo<M::Reply>>) {
        match self.load {
            Load::Tell(message) => (message, None),
            Load::Ask(question) => {
                let (message, owed) = question.open();
                (message, Some(owed.into_reply()))
            }
            Load::PassedOn(message, reply) => (message, Some(reply)),
        }
    }
}

/// A parcel that comes back, and why.
pub struct Refusal<M: Message> {
    /// Why it was not taken.
    pub kind: RefusalKind,
    /// The parcel.
    pub parcel: Parcel<M>,
}

/// Why a parcel was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// No room, and the policy is not to wait.
    Full,
    /// No room now, and the policy is to wait for it.
    Busy,
    /// The receiver is gone.
    Stopped,
    /// The message cannot be sent at all, and why: it is too large, or cannot be encoded.
    Unsendable(String),
}

impl<M: Message> Refusal<M> {
    /// The error of a tell.
    pub fn into_send_error(self) -> SendError<M> {
        let message = Returned::new(self.parcel.into_parts().0);
        match self.kind {
            RefusalKind::Full | RefusalKind::Busy => SendError::Full(message),
            RefusalKind::Stopped => SendError::Stopped(message),
            RefusalKind::Unsendable(why) => SendError::Unsendable(message, why),
        }
    }
}

impl From<RefusalKind> for AskError {
    fn from(kind: RefusalKind) -> Self {
        match kind {
            RefusalKind::Full | RefusalKind::Busy => Self::Full,
            RefusalKind::Stopped => Self::Stopped,
            RefusalKind::Unsendable(why) => Self::Rejected(why),
        }
    }
}

impl From<RefusalKind> for DeadLetterReason {
    fn from(kind: RefusalKind) -> Self {
        match kind {
            RefusalKind::Full | RefusalKind::Busy => Self::MailboxFull,
            RefusalKind::Stopped => Self::Stopped,
            RefusalKind::Unsendable(_) => Self::Undecodable,
        }
    }
}

/// Offers a parcel and waits for room if that is the receiver's policy.
pub async fn deliver<M: Message>(
    target: &(impl Endpoint<M> + ?Sized),
    parcel: Parcel<M>,
) -> Result<(), Refusal<M>> {
    match target.offer(parcel) {
        Err(Refusal { kind: RefusalKind::Busy, parcel }) => target.wait_for_room(parcel).await,
        outcome => outcome,
    }
}
