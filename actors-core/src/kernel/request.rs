//! A message on its way: asked when awaited, told when told so.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};
use tracing::Instrument;

use crate::error::{AskError, SendError};
use crate::kernel::ask::{Asker, Limit, Posted, begin_wait};
use crate::kernel::custody::BoxFuture;
use crate::kernel::direct::Way;
use crate::kernel::endpoint::{Endpoint, Load, Parcel, Refusal, RefusalKind};
use crate::kernel::envelope::{is_inside_actor, sender};
use crate::kernel::refs::Recipient;
use crate::kernel::seldom::Seldom;
use crate::kernel::tell::{DelayedTell, Tell};
use crate::message::{Message, ReplyKind};
use crate::observe::DeadLetterReason;

/// How long an ask waits for its answer unless it says otherwise.
pub const DEFAULT_ASK_TIMEOUT: Duration = Duration::from_secs(5);

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
    /// While the answer is waited for. Dropped before the target, whose queue watches over it.
    pub(super) asker: Option<Asker<M>>,
    pub(super) target: Target<'a, M>,
    /// Until it is asked.
    message: Option<M>,
    delay: Seldom<Box<Delay<M>>>,
    pub(super) timeout: Duration,
    urgent: bool,
    /// Whether the target wants to know how long the answer takes.
    is_lesson: bool,
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
            delay: Seldom::empty(),
            timeout: DEFAULT_ASK_TIMEOUT,
            urgent: false,
            is_lesson: false,
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
        let Self { target, message, asker, delay, timeout, urgent, is_lesson } = self;
        let recipient = match target {
            Target::Borrowed(endpoint) => endpoint.to_recipient(),
            Target::Owned(recipient) => recipient,
        };
        Request { target: Target::Owned(recipient), message, asker, delay, timeout, urgent, is_lesson }
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
        let (owned, sender) = (self.owned(), sender());
        let task = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let target = owned.target.to_recipient();
            if let Err(error) = owned.tell().instrument(sender).await {
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
        match &mut this.asker {
            Some(asker) if this.delay.is_empty() => {
                ready!(asker.poll_settled(cx));
                if this.is_lesson {
                    this.pass_lesson();
                }
                Poll::Ready(M::Kind::answer(this.take_answer()))
            }
            Some(_) => this.poll_delayed(cx).map(M::Kind::answer),
            None => this.ask(cx),
        }
    }
}

impl<M: Message> Request<'_, M> {
    /// Asks, and leaves the waker with the question.
    #[inline(always)]
    fn ask(&mut self, cx: &mut Context<'_>) -> Poll<<M::Kind as ReplyKind<M::Reply>>::Answer> {
        let is_inside_actor = is_inside_actor();
        if !is_inside_actor && !self.urgent {
            match self.target.way() {
                Way::Ask => {}
                Way::Learn => self.is_lesson = true,
                Way::Direct => return self.ask_directly(cx),
            }
        }
        let (message, _, until) = self.begin();
        let (asker, question) = Asker::<M>::new(message, Limit::watched(until), Some(cx.waker()));
        let asker = self.asker.insert(asker);
        let question = Posted::new(question);
        if is_inside_actor && let Err(error) = begin_wait(asker, || self.target.wait_target()) {
            return self.refuse(error);
        }
        let offered = if self.urgent {
            let offered = self.target.offer(Parcel::of_load(Load::Ask(question), true));
            offered.map(|()| self.target.deadlines())
        } else {
            self.target.offer_asked(question)
        };
        match offered {
            Ok(Some(queue)) if !asker.is_settled() => {
                queue.add::<M>(asker, until, self.timeout);
                Poll::Pending
            }
            Ok(_) => self.wait_longer(None, until, cx).map(M::Kind::answer),
            Err(refusal) => self.wait_longer(Some(refusal), until, cx).map(M::Kind::answer),
        }
    }

    /// What is asked, now, and until when an answer is waited for.
    #[inline(always)]
    pub(super) fn begin(&mut self) -> (M, Instant, Instant) {
        let message = self.message.take().expect("a request was polled after its answer");
        let now = Instant::now();
        // A timeout too large to be a date is none; thirty years are as good.
        let until = now.checked_add(self.timeout).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
        (message, now, until)
    }

    /// The target learns how long the answer took.
    #[cold]
    #[inline(never)]
    fn pass_lesson(&self) {
        let until = self.asker.as_ref().and_then(|asker| asker.course().terms().until());
        let latest = Instant::now().checked_add(self.timeout);
        if let (Some(until), Some(latest)) = (until, latest) {
            self.target.learn(latest.saturating_duration_since(until), Way::Learn);
        }
    }

    /// It cannot be asked.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse(&mut self, error: AskError) -> Poll<<M::Kind as ReplyKind<M::Reply>>::Answer> {
        self.asker = None;
        Poll::Ready(M::Kind::answer(Err(error)))
    }

    /// Where it was refused, no queue watches over the time, or the answer is there already.
    #[cold]
    #[inline(never)]
    pub(super) fn wait_longer(
        &mut self,
        refusal: Option<Refusal<M>>,
        until: Instant,
        cx: &mut Context<'_>,
    ) -> Poll<Result<M::Reply, AskError>> {
        let entering = match refusal {
            None => None,
            Some(Refusal { kind: RefusalKind::Busy, parcel }) => Some(self.target.wait_for_room(parcel)),
            Some(refusal) => return self.end(Err(refusal.kind.into())),
        };
        let timer = match (self.target.deadlines(), &mut self.asker) {
            (_, Some(asker)) if asker.is_settled() => return self.end(Ok(())),
            (Some(queue), Some(asker)) => {
                queue.add::<M>(asker, until, self.timeout);
                None
            }
            _ => Some(Box::pin(tokio::time::sleep_until(until))),
        };
        self.delay = Seldom::new(Box::new(Delay { entering, timer }));
        self.poll_delayed(cx)
    }

    /// As polling, where there is more to wait for than the answer.
    #[cold]
    #[inline(never)]
    fn poll_delayed(&mut self, cx: &mut Context<'_>) -> Poll<Result<M::Reply, AskError>> {
        if let Some(delay) = self.delay.get_mut()
            && let Some(entering) = &mut delay.entering
            && let Poll::Ready(entered) = entering.as_mut().poll(cx)
        {
            delay.entering = None;
            if let Err(refusal) = entered {
                return self.end(Err(refusal.kind.into()));
            }
        }
        let asker = self.asker.as_mut().expect(ASKED);
        if asker.poll_settled(cx).is_pending() {
            let timer = self.delay.get_mut().and_then(|delay| delay.timer.as_mut());
            let Some(timer) = timer else { return Poll::Pending };
            ready!(timer.as_mut().poll(cx));
            // Nobody else watches over it. An answer may have come just now.
            asker.course().expire().wake();
        }
        self.end(Ok(()))
    }

    fn end(&mut self, settled: Result<(), AskError>) -> Poll<Result<M::Reply, AskError>> {
        self.delay = Seldom::empty();
        Poll::Ready(match settled {
            Ok(()) => self.take_answer(),
            Err(error) => {
                self.asker = None;
                Err(error)
            }
        })
    }

    #[inline(always)]
    pub(super) fn take_answer(&mut self) -> Result<M::Reply, AskError> {
        let answer = self.asker.take().expect(ASKED).into_answer();
        answer.unwrap_or_else(|asker| Err(self.why_expired(&asker)))
    }

    /// Before its time, it was in vain: the actor that asks is to end before the one it asked could answer.
    #[cold]
    #[inline(never)]
    fn why_expired(&self, asker: &Asker<M>) -> AskError {
        let is_early = asker.course().terms().until().is_some_and(|until| Instant::now() < until);
        if is_early { AskError::Stopped } else { AskError::Timeout(self.timeout) }
    }
}

const ASKED: &str = "it was asked";

// Nothing in it is pinned in place: the message is moved, the futures are boxed.
impl<M: Message> Unpin for Request<'_, M> {}

impl<M: Message> fmt::Debug for Request<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request<{}>({})", crate::id::short_type_name::<M>(), self.target.path())
    }
}
