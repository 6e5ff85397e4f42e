//! A message on its way: asked when awaited, told when told so.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::error::{AskError, SendError};
use crate::kernel::ask::{AskCell, Asker, Limit, Posted, Wait, begin_wait};
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::{Endpoint, Load, Parcel, Refusal, RefusalKind};
use crate::kernel::refs::Recipient;
use crate::kernel::seldom::Seldom;
use crate::kernel::tell::{DelayedTell, Tell};
use crate::mailbox::Expired;
use crate::message::{Message, ReplyKind};
use crate::observe::DeadLetterReason;

/// How long an ask waits for its answer unless it says otherwise.
pub const DEFAULT_ASK_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes of the largest cell that may lie in the queue of deadlines for a while after it was answered.
const LARGEST_LEFT_BEHIND: usize = 1_024;

pub(super) type Entering<M> = BoxFuture<'static, Result<(), Refusal<M>>>;

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
    /// Until it is asked.
    message: Option<M>,
    /// While the answer is waited for.
    asker: Option<Asker<M>>,
    /// The edge from the actor that asks to the one it asked.
    wait: Seldom<Box<Wait>>,
    delay: Seldom<Box<Delay<M>>>,
    timeout: Duration,
    urgent: bool,
}

pub(super) enum Target<'a, M: Message> {
    Borrowed(&'a dyn Endpoint<M>),
    Owned(Recipient<M>),
}

/// What few asks wait for beside the answer.
struct Delay<M: Message> {
    /// While there is no room for the message.
    entering: Option<Entering<M>>,
    /// The end of its time, where no queue watches over it.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<'a, M: Message> Request<'a, M> {
    /// A request that borrows its target. Clients of references of all kinds are made of it.
    #[inline(always)]
    pub fn new(target: &'a dyn Endpoint<M>, message: M) -> Self {
        Self::of(Target::Borrowed(target), message)
    }

    /// A request that keeps its target.
    #[inline]
    pub(crate) fn to(target: Recipient<M>, message: M) -> Request<'static, M> {
        Request::of(Target::Owned(target), message)
    }

    #[inline(always)]
    fn of(target: Target<'a, M>, message: M) -> Self {
        Self {
            target,
            message: Some(message),
            asker: None,
            wait: Seldom::empty(),
            delay: Seldom::empty(),
            timeout: DEFAULT_ASK_TIMEOUT,
            urgent: false,
        }
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
        let Self { target, message, asker, wait, delay, timeout, urgent } = self;
        let recipient = match target {
            Target::Borrowed(endpoint) => endpoint.to_recipient(),
            Target::Owned(recipient) => recipient,
        };
        Request { target: Target::Owned(recipient), message, asker, wait, delay, timeout, urgent }
    }

    /// Sends the message and wants no answer; waits for room if that is the receiver's policy.
    ///
    /// # Panics
    ///
    /// Its future panics if the request was polled before: the message is gone.
    // In the caller, where the stage is known and nothing of a request is left.
    #[inline(always)]
    pub fn tell(self) -> Tell<'a, M> {
        Tell::to(self.target, self.message, self.urgent)
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

impl<M: Message> Future for Request<'_, M> {
    type Output = <M::Kind as ReplyKind<M::Reply>>::Answer;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let outcome = match &mut this.asker {
            Some(asker) if this.delay.is_empty() => match ready!(asker.poll_answer(cx)) {
                Ok(outcome) => outcome,
                Err(Expired) => Err(this.why_expired()),
            },
            Some(_) => ready!(this.poll_delayed(cx)),
            None => ready!(this.ask(cx)),
        };
        this.asker = None;
        this.wait = Seldom::empty();
        this.delay = Seldom::empty();
        Poll::Ready(M::Kind::answer(outcome))
    }
}

impl<M: Message> Request<'_, M> {
    /// Asks, and leaves the waker with the question.
    #[inline(never)]
    fn ask(&mut self, cx: &mut Context<'_>) -> Poll<Result<M::Reply, AskError>> {
        let message = self.message.take().expect("a request was polled after its answer");
        let now = Instant::now();
        // A timeout too large to be a date is none; thirty years are as good.
        let until = now.checked_add(self.timeout).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
        let (asker, question) = Asker::<M>::new(message, Limit::watched(until), Some(cx.waker()));
        if let Some(wait) = begin_wait(|| self.target.wait_target(), asker.exchange())? {
            self.wait = Seldom::new(wait);
        }
        let asker = self.asker.insert(asker);
        let question = Posted::new(question);
        let offered = if self.urgent {
            self.target.offer(Parcel::of_load(Load::Ask(question), true))
        } else {
            self.target.offer_asked(question)
        };
        let entering = match offered {
            Ok(()) if asker.is_settled() => return self.poll_settled(cx),
            Ok(()) => None,
            Err(Refusal { kind: RefusalKind::Busy, parcel }) => Some(self.target.wait_for_room(parcel)),
            Err(refusal) => return Poll::Ready(Err(refusal.kind.into())),
        };
        let timer = match self.target.deadlines() {
            Some(queue) if const { size_of::<AskCell<M>>() <= LARGEST_LEFT_BEHIND } => {
                queue.add(until, asker.exchange());
                None
            }
            _ => Some(Box::pin(tokio::time::sleep_until(until))),
        };
        if entering.is_none() && timer.is_none() {
            return Poll::Pending;
        }
        self.delay = Seldom::new(Box::new(Delay { entering, timer }));
        self.poll_delayed(cx)
    }

    /// As polling, where there is more to wait for than the answer.
    #[cold]
    fn poll_delayed(&mut self, cx: &mut Context<'_>) -> Poll<Result<M::Reply, AskError>> {
        if let Some(delay) = self.delay.get_mut()
            && let Some(entering) = &mut delay.entering
            && let Poll::Ready(entered) = entering.as_mut().poll(cx)
        {
            delay.entering = None;
            entered.map_err(|refusal| AskError::from(refusal.kind))?;
        }
        let outcome = self.poll_settled(cx);
        if outcome.is_pending()
            && let Some(timer) = self.delay.get_mut().and_then(|delay| delay.timer.as_mut())
        {
            ready!(timer.as_mut().poll(cx));
            self.expire();
            return self.poll_settled(cx);
        }
        outcome
    }

    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<Result<M::Reply, AskError>> {
        let asker = self.asker.as_mut().expect("it was asked");
        asker.poll_answer(cx).map(|outcome| outcome.unwrap_or_else(|Expired| Err(self.why_expired())))
    }

    /// Before its time, it was in vain: the actor that asks is to end before the one it asked could answer.
    #[cold]
    fn why_expired(&self) -> AskError {
        let limit = self.asker.as_ref().and_then(|asker| asker.exchange().terms.until());
        let is_early = limit.is_some_and(|until| Instant::now() < until);
        if is_early { AskError::Stopped } else { AskError::Timeout(self.timeout) }
    }

    /// Its time is over, and no queue has said so.
    fn expire(&self) {
        let cell = self.asker.as_ref().expect("it was asked").exchange();
        match self.target.deadlines() {
            Some(queue) => queue.expire(&**cell),
            None => cell.expire(),
        }
    }
}

// Nothing in it is pinned in place: the message is moved, the futures are boxed.
impl<M: Message> Unpin for Request<'_, M> {}

impl<M: Message> fmt::Debug for Request<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request<{}>({})", crate::id::short_type_name::<M>(), self.target.path())
    }
}
