//! A message on its way, with no answer wanted.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::AbortHandle;

use crate::error::SendError;
use crate::kernel::endpoint::{Endpoint, Load, Parcel, Refusal, RefusalKind};
use crate::kernel::request::{Entering, Target};
use crate::kernel::seldom::Seldom;
use crate::message::Message;

/// A message that is told once this is awaited.
///
/// A task that finds no room sleeps until there is some. Where room was soon there time and again, and the actor waits for its turn on the
/// same thread, the task takes that turn instead: the tell is ready at once, but handles what was sent before. Handlers that wait for
/// what their sender does next belong into actors with [a task of their own](crate::ActorOptions::own_task).
///
/// # Cancel safety
///
/// If it is dropped before it is ready, the message was not sent.
#[must_use = "nothing is sent until this is awaited"]
pub struct Tell<'a, M: Message> {
    target: Target<'a, M>,
    /// Until it is sent.
    message: Option<M>,
    /// The message on its way in, where it has to wait for room.
    entering: Seldom<Entering<M>>,
    urgent: bool,
}

impl<'a, M: Message> Tell<'a, M> {
    /// A tell that borrows its target. References of all kinds make theirs of it.
    #[inline]
    pub fn new(target: &'a dyn Endpoint<M>, message: M) -> Self {
        Self::to(Target::Borrowed(target), Some(message), false)
    }

    /// Without a message, if it is gone already.
    #[inline(always)]
    pub(super) fn to(target: Target<'a, M>, message: Option<M>, urgent: bool) -> Self {
        Self { target, message, entering: Seldom::empty(), urgent }
    }

    /// Goes before messages that are not urgent.
    pub fn urgent(mut self) -> Self {
        self.urgent = true;
        self
    }

    /// Sends without waiting.
    #[inline]
    pub(crate) fn now(mut self) -> Result<(), SendError<M>> {
        self.offer().map_err(Refusal::into_send_error)
    }

    #[inline(always)]
    fn offer(&mut self) -> Result<(), Refusal<M>> {
        let message = self.message.take().expect("the message was already sent");
        if self.urgent { self.offer_urgent(message) } else { self.target.offer_told(message) }
    }

    #[cold]
    fn offer_urgent(&self, message: M) -> Result<(), Refusal<M>> {
        self.target.offer(Parcel::of_load(Load::Tell(message), true))
    }

    /// Waits if that is the receiver's policy.
    #[cold]
    fn go_on(&mut self, refusal: Refusal<M>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<M>>> {
        let Refusal { kind: RefusalKind::Busy, mut parcel } = refusal else {
            return Poll::Ready(Err(refusal.into_send_error()));
        };
        if self.target.make_room(cx) {
            match self.target.offer(parcel) {
                Err(Refusal { kind: RefusalKind::Busy, parcel: refused }) => parcel = refused,
                offered => return Poll::Ready(offered.map_err(Refusal::into_send_error)),
            }
        }
        let entering = self.target.wait_for_room(parcel);
        self.poll_entering(entering, cx)
    }

    #[cold]
    fn poll_entering(
        &mut self,
        mut entering: Entering<M>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<M>>> {
        let poll = entering.as_mut().poll(cx);
        if poll.is_pending() {
            self.entering = Seldom::new(entering);
        }
        poll.map_err(Refusal::into_send_error)
    }
}

impl<M: Message> Future for Tell<'_, M> {
    type Output = Result<(), SendError<M>>;

    // In the caller, whose target is known: the usual way is then a few stores.
    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Some(entering) = this.entering.take() {
            return this.poll_entering(entering, cx);
        }
        match this.offer() {
            Ok(()) => Poll::Ready(Ok(())),
            Err(refusal) => this.go_on(refusal, cx),
        }
    }
}

// Nothing in it is pinned in place: the message is moved, the future is boxed.
impl<M: Message> Unpin for Tell<'_, M> {}

impl<M: Message> fmt::Debug for Tell<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tell<{}>({})", crate::id::short_type_name::<M>(), self.target.path())
    }
}

/// A message that will be told after a while. Dropping this does not call it off.
#[derive(Debug, Clone)]
pub struct DelayedTell(pub(super) AbortHandle);

impl DelayedTell {
    /// Calls it off, if it was not sent yet.
    pub fn cancel(&self) {
        self.0.abort();
    }
}
