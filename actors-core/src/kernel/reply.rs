//! The handle with which a question is answered.

use std::cell::Cell as Flag;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::time::Instant;

use crate::error::AskError;
use crate::id::short_type_name;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::ask::{Asker, Limit, ReplyLine};
use crate::kernel::cell::Core;
use crate::kernel::endpoint::{Endpoint, Parcel, Refusal, deliver};
use crate::mailbox::Home;
use crate::message::{Message, Plain, ReplyKind};
use crate::panics::contain;

/// Where answers come together whose askers do not wait for each. It wants them all, however late they come.
pub(crate) trait ReplyDesk<R>: Send + Sync {
    fn settle(&self, outcome: Result<R, AskError>);
}

/// Looks at an answer of an actor that nobody waits for.
type Report<R> = fn(&Core, &R);

/// Tells the system of an error in the answer to a message that was only told.
pub(crate) fn report_unheard<M: Message>(from: &Core, answer: &M::Reply) {
    if !M::Kind::FALLIBLE {
        return;
    }
    let unspeakable = |panic| Some(format!("an error that panics when it is shown: {panic}"));
    if let Some(error) = contain(|| M::Kind::unheard_error(answer)).unwrap_or_else(unspeakable) {
        from.host.unheard_error(&from.path(), short_type_name::<M>(), error);
    }
}

/// Answers one message, now or later, from anywhere. Dropped unanswered, it fails the ask at once.
///
/// ```
/// # use actors_core::*;
/// # struct Arrive;
/// # impl Message for Arrive { type Reply = usize; type Kind = Plain; }
/// /// Answers all when the third one has come.
/// #[derive(Default)]
/// struct Gate {
///     waiting: Vec<ReplyTo<usize>>,
/// }
///
/// # impl Actor for Gate {}
/// impl Responder<Arrive> for Gate {
///     async fn respond(&mut self, _: Arrive, reply: ReplyTo<usize>, _: &mut Context<Self>) {
///         self.waiting.push(reply);
///         if self.waiting.len() == 3 {
///             self.waiting.drain(..).enumerate().for_each(|(place, reply)| reply.send(place));
///         }
///     }
/// }
///
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// let gate = system.spawn(Gate::default());
/// let arrived = tokio::join!(gate.ask(Arrive), gate.ask(Arrive), gate.ask(Arrive));
/// assert_eq!(arrived, (Ok(0), Ok(1), Ok(2)));
/// # }
/// ```
pub struct ReplyTo<R> {
    line: Line<R>,
}

enum Line<R> {
    Asked(ReplyLine<R>),
    Collected(Arc<dyn ReplyDesk<R>>),
    /// Nobody waits; an error in the answer is reported to the system instead.
    Told(Home<dyn AnyCell>, Report<R>),
    /// Nobody waits, or not any more.
    Unheard,
}

impl<R> ReplyTo<R> {
    /// `None`: it was answered.
    #[inline]
    pub(crate) fn asked(line: Option<ReplyLine<R>>) -> Self {
        Self { line: line.map_or(Line::Unheard, Line::Asked) }
    }

    pub(crate) fn at_desk(desk: Arc<dyn ReplyDesk<R>>) -> Self {
        Self { line: Line::Collected(desk) }
    }

    /// The handle of a message that was only told, to this actor.
    pub(crate) fn told<M: Message<Reply = R>>(to: Home<dyn AnyCell>) -> Self {
        let line = if M::Kind::FALLIBLE { Line::Told(to, report_unheard::<M>) } else { Line::Unheard };
        Self { line }
    }

    /// Answers. If nobody waits any more the answer is dropped.
    #[inline]
    pub fn send(mut self, reply: R) {
        match std::mem::replace(&mut self.line, Line::Unheard) {
            // An answer nobody waits for goes nowhere.
            Line::Asked(line) => drop(line.answer(Ok(reply))),
            Line::Collected(desk) => desk.settle(Ok(reply)),
            Line::Told(to, report) => report(to.core(), &reply),
            Line::Unheard => {}
        }
    }

    /// Fails the ask with an error of the way instead of an answer. For bridges, such as network nodes.
    pub fn fail(mut self, error: AskError) {
        self.settle_failed(error);
    }

    /// Whether its asker looks after the message itself, if nobody handles that.
    pub(crate) fn is_collected(&self) -> bool {
        matches!(self.line, Line::Collected(_))
    }

    #[cold]
    fn settle_failed(&mut self, error: AskError) {
        match std::mem::replace(&mut self.line, Line::Unheard) {
            Line::Asked(line) => drop(line.answer(Err(error))),
            Line::Collected(desk) => desk.settle(Err(error)),
            Line::Told(..) | Line::Unheard => {}
        }
    }

    /// Whether somebody waits for the answer: false for a message that was told, or whose asker has given up.
    pub fn is_wanted(&self) -> bool {
        match &self.line {
            Line::Asked(line) => line.course().is_open(),
            Line::Collected(_) => true,
            Line::Told(..) | Line::Unheard => false,
        }
    }

    pub(crate) fn has_expired(&self) -> bool {
        let Line::Asked(line) = &self.line else { return false };
        line.course().terms().is_over(line.course().has_expired())
    }

    /// Completes when nobody waits for the answer any more; at once if the message was only told.
    ///
    /// # Cancel safety
    ///
    /// The handle stays usable if the future is dropped.
    pub async fn abandoned(&mut self) {
        match &self.line {
            Line::Asked(line) => std::future::poll_fn(|cx| line.poll_closed(cx)).await,
            Line::Collected(_) => std::future::pending().await,
            Line::Told(..) | Line::Unheard => {}
        }
    }

    /// When the asker gives up at the latest, if it said so.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.line {
            Line::Asked(line) => line.course().terms().until(),
            Line::Collected(_) | Line::Told(..) | Line::Unheard => None,
        }
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
        let parcel = match self.line {
            Line::Asked(_) | Line::Collected(_) => Parcel::asked(message, self),
            Line::Told(..) | Line::Unheard => Parcel::told(message),
        };
        let Err(Refusal { kind, parcel }) = deliver(target, parcel).await else {
            return;
        };
        match parcel.into_parts() {
            (_, Some(reply)) => reply.fail(kind.into()),
            (message, None) => target.bury(message, kind.into()),
        }
    }
}

impl<R: Send + 'static> ReplyTo<R> {
    /// A handle and what it answers to. Bridges such as network nodes ask on behalf of somebody else with it; whoever
    /// handles the question leaves it if its turn comes after the deadline.
    pub fn channel(deadline: Option<Instant>) -> (Self, Answer<R>) {
        let (asker, answerer) = Asker::<Detached<R>>::without_question(Limit::unwatched(deadline));
        (Self::asked(Some(answerer.into_any())), Answer { asker: Some(asker) })
    }
}

impl<R> Drop for ReplyTo<R> {
    #[inline]
    fn drop(&mut self) {
        if let Line::Asked(_) | Line::Collected(_) = &self.line {
            self.settle_failed(why_unanswered());
        }
    }
}

/// What the asker is told when its message's reply handle is dropped unused.
pub(crate) fn why_unanswered() -> AskError {
    if std::thread::panicking() || LIFE_ENDS.get() { AskError::Stopped } else { AskError::NoReply }
}

impl<R> fmt::Debug for ReplyTo<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.line {
            Line::Asked(_) | Line::Collected(_) => "ReplyTo(asked)",
            Line::Told(..) | Line::Unheard => "ReplyTo(told)",
        })
    }
}

/// The answer to come of a [`ReplyTo::channel`]. Dropping it gives up the answer.
///
/// # Cancel safety
///
/// Polling it again after a dropped borrow loses nothing.
pub struct Answer<R: Send + 'static> {
    /// Until it was ready.
    asker: Option<Asker<Detached<R>>>,
}

const AGAIN: &str = "an answer was polled after it was ready";

/// The message of a question whose message travels beside it.
struct Detached<R>(std::marker::PhantomData<fn() -> R>);

impl<R: Send + 'static> Message for Detached<R> {
    type Reply = R;
    type Kind = Plain;
}

impl<R: Send + 'static> Future for Answer<R> {
    type Output = Result<R, AskError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let asker = &mut self.get_mut().asker;
        ready!(asker.as_mut().expect(AGAIN).poll_settled(cx));
        let outcome = asker.take().expect(AGAIN).into_answer();
        Poll::Ready(outcome.unwrap_or(Err(AskError::Stopped)))
    }
}

impl<R: Send + 'static> fmt::Debug for Answer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer")
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
