//! A reference that knows only the message it takes.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::task::Context;

use crate::error::SendError;
use crate::id::ActorPath;
use crate::kernel::ask::{DeadlineQueue, Posted, WaitTarget};
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::{Endpoint, EndpointKey, Parcel, Refusal};
use crate::kernel::request::Request;
use crate::kernel::tell::Tell;
use crate::kernel::watch::Watched;
use crate::message::Message;
use crate::observe::DeadLetterReason;

/// Whatever takes messages of type `M`: a local actor, a remote one, a router.
///
/// Two recipients are equal if they lead to the same actor. A recipient of a local actor keeps it alive like an
/// [`ActorRef`](crate::ActorRef).
///
/// ```
/// # use actors_core::*;
/// # struct Printer;
/// # impl Actor for Printer {}
/// # struct Print(String);
/// # impl Message for Print { type Reply = usize; type Kind = Plain; }
/// # impl Handler<Print> for Printer {
/// #     async fn handle(&mut self, print: Print, _: &mut Context<Self>) -> usize { print.0.len() }
/// # }
/// /// Need not know whether it is a printer that prints.
/// async fn report(to: &Recipient<Print>) -> Result<usize, AskError> {
///     to.ask(Print("all is well".to_owned())).await
/// }
///
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// let printer = system.spawn(Printer);
/// assert_eq!(report(&printer.recipient()).await, Ok(11));
/// # }
/// ```
pub struct Recipient<M: Message> {
    endpoint: Arc<dyn Endpoint<M>>,
}

impl<M: Message> Recipient<M> {
    /// A recipient over anything that takes the message.
    pub fn new(endpoint: impl Endpoint<M>) -> Self {
        Self { endpoint: Arc::new(endpoint) }
    }

    /// Sends a message; waits for room if that is the receiver's policy.
    ///
    /// # Errors
    ///
    /// [`SendError`] gives the message back.
    #[inline]
    pub fn tell(&self, message: M) -> Tell<'_, M> {
        Tell::new(&*self.endpoint, message)
    }

    /// Sends a message without ever waiting.
    ///
    /// # Errors
    ///
    /// [`SendError`] gives the message back if the receiver has stopped or is full.
    #[inline]
    pub fn try_tell(&self, message: M) -> Result<(), SendError<M>> {
        Tell::new(&*self.endpoint, message).now()
    }

    /// Sends a message and gives its answer when awaited.
    #[inline]
    pub fn ask(&self, message: M) -> Request<'_, M> {
        Request::new(&*self.endpoint, message)
    }

    /// Where messages go.
    pub fn path(&self) -> ActorPath {
        self.endpoint.path()
    }

    /// Whether a message has a chance to be accepted.
    pub fn is_alive(&self) -> bool {
        self.endpoint.is_alive()
    }

    /// Equal for two recipients of the same actor.
    pub fn key(&self) -> EndpointKey {
        self.endpoint.key()
    }

    #[inline]
    pub(crate) fn endpoint(&self) -> &dyn Endpoint<M> {
        &*self.endpoint
    }
}

impl<M: Message> Endpoint<M> for Recipient<M> {
    #[inline]
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>> {
        self.endpoint.offer(parcel)
    }

    #[inline]
    fn offer_told(&self, message: M) -> Result<(), Refusal<M>> {
        self.endpoint.offer_told(message)
    }

    #[inline]
    fn offer_asked(&self, question: Posted<M>) -> Result<Option<&DeadlineQueue>, Refusal<M>> {
        self.endpoint.offer_asked(question)
    }

    fn make_room(&self, cx: &mut Context<'_>) -> bool {
        self.endpoint.make_room(cx)
    }

    fn wait_for_room(&self, parcel: Parcel<M>) -> BoxFuture<'static, Result<(), Refusal<M>>> {
        self.endpoint.wait_for_room(parcel)
    }

    fn to_recipient(&self) -> Recipient<M> {
        self.clone()
    }

    fn path(&self) -> ActorPath {
        self.endpoint.path()
    }

    fn key(&self) -> EndpointKey {
        self.endpoint.key()
    }

    fn is_alive(&self) -> bool {
        self.endpoint.is_alive()
    }

    fn wait_target(&self) -> Option<WaitTarget> {
        self.endpoint.wait_target()
    }

    fn deadlines(&self) -> Option<&DeadlineQueue> {
        self.endpoint.deadlines()
    }

    fn watched(&self) -> Option<Arc<dyn Watched>> {
        self.endpoint.watched()
    }

    fn notify(&self, message: M) {
        self.endpoint.notify(message);
    }

    fn bury(&self, message: M, reason: DeadLetterReason) {
        self.endpoint.bury(message, reason);
    }
}

impl<M: Message> Clone for Recipient<M> {
    fn clone(&self) -> Self {
        Self { endpoint: self.endpoint.clone() }
    }
}

impl<M: Message> PartialEq for Recipient<M> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<M: Message> Eq for Recipient<M> {}

impl<M: Message> Hash for Recipient<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl<M: Message> fmt::Debug for Recipient<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient<{}>({})", crate::id::short_type_name::<M>(), self.path())
    }
}
