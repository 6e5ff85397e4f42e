//! A message on its way: asked when awaited, told when told so.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Sleep;

use crate::error::{AskError, SendError};
use crate::kernel::ask::{Asker, Limit, Posted, Wait, begin_wait};
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::{Endpoint, Load, Parcel, Refusal, RefusalKind};
use crate::kernel::refs::Recipient;
use crate::kernel::seldom::Seldom;
use crate::message::{Message, ReplyKind};
use crate::observe::DeadLetterReason;

/// How long an ask waits for its answer unless it says otherwise.
pub const DEFAULT_ASK_TIMEOUT: Duration = Duration::from_secs(5);

type Entering<M> = BoxFuture<'static, Result<(), Refusal<M>>>;

/// A message and where it goes. Awaited, it is an ask; [`tell`](Self::tell) makes it a tell.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Counter(u64);
/// # impl Actor for Counter {}
/// # struct Add(u64);
/// # impl Message for Add { type Reply = u64; type Kind = Plain; }
/// # impl Handler<Add> for Counter {
/// #     async fn handle(&mut self, add: Add, _: &mut Context<Self>) -> u64 { self.0 += add.0; self.0 }
/// # }
/// # #[tokio::main] async fn main() -> Result<(), ActorError> {
/// # let system = ActorSystem::new();
/// # let counter = system.spawn(Counter(0));
/// let answer = counter.ask(Add(1)).timeout(Duration::from_secs(60)).await?;
/// let in_a_task = tokio::spawn(counter.ask(Add(1)).owned());
/// assert_eq!((answer, in_a_task.await??), (1, 2));
///
/// let reminder = counter.ask(Add(1)).tell_after(Duration::from_secs(60));
/// reminder.cancel();
/// # Ok(()) }
/// ```
///
/// # Cancel safety
///
/// Dropping it before it is ready gives up the answer; whether the message is handled depends on how far it had come.
#[must_use = "a request does nothing until it is awaited or told"]
pub struct Request<'a, M: Message> {
    target: Target<'a, M>,
    stage: Stage<M>,
    timeout: Duration,
    urgent: bool,
}

enum Target<'a, M: Message> {
    Borrowed(&'a dyn Endpoint<M>),
    Owned(Recipient<M>),
}

enum Stage<M: Message> {
    Ready(M),
    Waiting(Waiting<M>),
    Done,
}

/// An ask under way. Dropping it gives it up.
struct Waiting<M: Message> {
    asker: Asker<M>,
    /// While there is no room for it.
    entering: Option<Entering<M>>,
    alarm: Alarm,
    /// The edge from the actor that asks to the one it asked.
    _wait: Option<Wait>,
}

/// The timeout of one ask; it is set only once the ask has to wait.
enum Alarm {
    Unset,
    InQueue,
    Timer(Pin<Box<Sleep>>),
}

impl<'a, M: Message> Request<'a, M> {
    /// A request that borrows its target. Clients of references of all kinds are made of it.
    #[inline(always)]
    pub fn new(target: &'a dyn Endpoint<M>, message: M) -> Self {
        let stage = Stage::Ready(message);
        Self { target: Target::Borrowed(target), stage, timeout: DEFAULT_ASK_TIMEOUT, urgent: false }
    }

    /// A request that keeps its target.
    #[inline]
    pub(crate) fn to(target: Recipient<M>, message: M) -> Request<'static, M> {
        let (target, stage) = (Target::Owned(target), Stage::Ready(message));
        Request { target, stage, timeout: DEFAULT_ASK_TIMEOUT, urgent: false }
    }

    /// Waits this long for the answer instead of 5 s; counted from the first poll, waiting for room included.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Goes before messages that are not urgent.
    pub fn urgent(mut self) -> Self {
        self.urgent = true;
        self
    }

    /// Keeps the target alive by itself, so that the request can move into a task.
    pub fn owned(self) -> Request<'static, M> {
        let Self { target, stage, timeout, urgent } = self;
        let recipient = match target {
            Target::Borrowed(endpoint) => endpoint.to_recipient(),
            Target::Owned(recipient) => recipient,
        };
        Request { target: Target::Owned(recipient), stage, timeout, urgent }
    }

    /// Sends the message and wants no answer; waits for room if that is the receiver's policy.
    ///
    /// # Panics
    ///
    /// Its future panics if the request was polled before: the message is gone.
    // In the caller, where the stage is known and nothing of a request is left.
    #[inline(always)]
    pub fn tell(self) -> Tell<'a, M> {
        let message = match self.stage {
            Stage::Ready(message) => Some(message),
            begun => begun.give_up(),
        };
        Tell { target: self.target, message, entering: Seldom::empty(), urgent: self.urgent }
    }

    /// Sends the message without ever waiting and wants no answer.
    ///
    /// # Errors
    ///
    /// [`SendError`] gives the message back if the receiver has stopped or is full.
    pub fn try_tell(self) -> Result<(), SendError<M>> {
        self.tell().now()
    }

    /// Sends the message after a while; if it cannot be delivered then, it becomes a dead letter.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn tell_after(self, delay: Duration) -> DelayedTell {
        let owned = self.owned();
        let task = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let target = owned.target.to_recipient();
            if let Err(error) = owned.tell().await {
                let reason =
                    if error.is_full() { DeadLetterReason::MailboxFull } else { DeadLetterReason::Stopped };
                target.endpoint().bury(error.into_message(), reason);
            }
        });
        DelayedTell(task.abort_handle())
    }
}

impl<M: Message> Deref for Target<'_, M> {
    type Target = dyn Endpoint<M>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        match self {
            Self::Borrowed(endpoint) => *endpoint,
            Self::Owned(recipient) => recipient.endpoint(),
        }
    }
}

impl<M: Message> Stage<M> {
    /// Drops an ask that was begun; its message is gone.
    #[cold]
    #[inline(never)]
    fn give_up(self) -> Option<M> {
        None
    }
}

impl<M: Message> Future for Request<'_, M> {
    type Output = <M::Kind as ReplyKind<M::Reply>>::Answer;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Stage::Ready(_) = this.stage
            && let Err(error) = this.send()
        {
            return Poll::Ready(M::Kind::answer(Err(error)));
        }
        let Stage::Waiting(waiting) = &mut this.stage else {
            panic!("a request was polled after its answer")
        };
        let outcome = ready!(waiting.poll(&*this.target, this.timeout, cx));
        this.stage = Stage::Done;
        Poll::Ready(M::Kind::answer(outcome))
    }
}

impl<M: Message> Request<'_, M> {
    #[inline]
    fn send(&mut self) -> Result<(), AskError> {
        let Stage::Ready(message) = std::mem::replace(&mut self.stage, Stage::Done) else {
            unreachable!("the stage was looked at before");
        };
        let wait = begin_wait(|| self.target.wait_target())?;
        let asker = Asker::<M>::new(Some(message), Limit::Timeout(self.timeout));
        let parcel = Parcel::of_load(Load::Ask(Posted::new(asker.exchange().clone())), self.urgent);
        let entering = match self.target.offer(parcel) {
            Ok(()) => None,
            Err(Refusal { kind: RefusalKind::Busy, parcel }) => Some(self.target.wait_for_room(parcel)),
            Err(refusal) => return Err(refusal.kind.into()),
        };
        self.stage = Stage::Waiting(Waiting { asker, entering, alarm: Alarm::Unset, _wait: wait });
        Ok(())
    }
}

impl<M: Message> Waiting<M> {
    #[inline]
    fn poll(
        &mut self,
        target: &dyn Endpoint<M>,
        timeout: Duration,
        cx: &mut Context<'_>,
    ) -> Poll<Result<M::Reply, AskError>> {
        if let Some(entering) = &mut self.entering
            && let Poll::Ready(entered) = entering.as_mut().poll(cx)
        {
            self.entering = None;
            if let Err(refusal) = entered {
                return Poll::Ready(Err(refusal.kind.into()));
            }
        }
        if let Poll::Ready(outcome) = self.asker.poll_answer(cx) {
            return Poll::Ready(outcome.unwrap_or(Err(AskError::Timeout(timeout))));
        }
        if let Alarm::Unset = self.alarm {
            self.set_alarm(target, timeout);
        }
        if let Alarm::Timer(sleep) = &mut self.alarm {
            ready!(sleep.as_mut().poll(cx));
            self.asker.exchange().expire();
            return Poll::Ready(Err(AskError::Timeout(timeout)));
        }
        Poll::Pending
    }

    fn set_alarm(&mut self, target: &dyn Endpoint<M>, timeout: Duration) {
        self.alarm = match target.deadlines() {
            Some(queue) => {
                queue.add(timeout, self.asker.exchange());
                Alarm::InQueue
            }
            None => Alarm::Timer(Box::pin(tokio::time::sleep(timeout))),
        };
    }
}

// Nothing in it is pinned in place: the message is moved, the futures are boxed.
impl<M: Message> Unpin for Request<'_, M> {}

impl<M: Message> fmt::Debug for Request<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request<{}>({})", crate::id::short_type_name::<M>(), self.target.path())
    }
}

/// A message that is told once this is awaited.
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
        Self {
            target: Target::Borrowed(target),
            message: Some(message),
            entering: Seldom::empty(),
            urgent: false,
        }
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
        let Refusal { kind: RefusalKind::Busy, parcel } = refusal else {
            return Poll::Ready(Err(refusal.into_send_error()));
        };
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

// As for `Request`.
impl<M: Message> Unpin for Tell<'_, M> {}

impl<M: Message> fmt::Debug for Tell<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tell<{}>({})", crate::id::short_type_name::<M>(), self.target.path())
    }
}

/// A message that will be told after a while. Dropping this does not call it off.
#[derive(Debug, Clone)]
pub struct DelayedTell(AbortHandle);

impl DelayedTell {
    /// Calls it off, if it was not sent yet.
    pub fn cancel(&self) {
        self.0.abort();
    }
}
