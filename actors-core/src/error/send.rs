//! Why a message was not taken, with the message.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A tell that was not accepted. The message is inside and can be sent again.
///
/// ```
/// # use actors_core::*;
/// # struct Printer;
/// # impl Actor for Printer {}
/// # struct Print(String);
/// # impl Message for Print { type Reply = (); type Kind = Plain; }
/// # impl Handler<Print> for Printer { async fn handle(&mut self, _: Print, _: &mut Context<Self>) {} }
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// # let (printer, spare) = (system.spawn(Printer), system.spawn(Printer));
/// if let Err(error) = printer.try_tell(Print("a letter".to_owned())) {
///     let again = spare.try_tell(error.into_message());
/// #   drop(again);
/// }
/// # }
/// ```
#[non_exhaustive]
pub enum SendError<M> {
    /// The mailbox is full and its policy is not to wait (or the call does not wait).
    Full(Returned<M>),
    /// The actor has stopped, or its node is gone.
    Stopped(Returned<M>),
    /// The message cannot be sent at all, and why: it is too large for the connection, or cannot be encoded.
    Unsendable(Returned<M>, String),
}

impl<M> SendError<M> {
    /// Gives the message back.
    pub fn into_message(self) -> M {
        match self {
            Self::Full(message) | Self::Stopped(message) | Self::Unsendable(message, _) => {
                message.into_inner()
            }
        }
    }

    /// Whether trying again later can help.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the receiver is gone for good.
    pub fn is_stopped(&self) -> bool {
        matches!(self, Self::Stopped(_))
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(_) => f.write_str("the mailbox is full"),
            Self::Stopped(_) => f.write_str("the actor has stopped"),
            Self::Unsendable(_, why) => write!(f, "the message cannot be sent: {why}"),
        }
    }
}

// By hand, so that `?` and `expect` work for messages that have no `Debug`.
impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Stopped(_) => "Stopped(..)",
            Self::Unsendable(..) => "Unsendable(..)",
        })
    }
}

impl<M> Error for SendError<M> {}

/// A message on its way back. Shared access is impossible, which makes it `Sync` whatever the message is.
pub struct Returned<M>(Mutex<M>);

impl<M> Returned<M> {
    /// Wraps a message that could not be delivered.
    pub fn new(message: M) -> Self {
        Self(Mutex::new(message))
    }

    /// The message.
    pub fn into_inner(self) -> M {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> fmt::Debug for Returned<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Returned<{}>", crate::id::short_type_name::<M>())
    }
}
