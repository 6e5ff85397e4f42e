//! Why a question has no answer.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// An ask that got no answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskError {
    /// The actor had stopped before, or it died with the question queued or half answered. Or it is between two lives, and
    /// the actor that asks was ordered to end and would wait for its own end.
    Stopped,
    /// The mailbox is full and its policy is not to wait.
    Full,
    /// No answer within this time.
    Timeout(Duration),
    /// The actor dropped the reply handle without an answer.
    NoReply,
    /// The actors wait for each other: waiting would never end. The chain starts and ends with the one who asked.
    Cycle(Vec<String>),
    /// The connection was lost with the question under way; whether it was handled is unknown.
    ConnectionLost,
    /// The other node refused the question or the answer could not be read.
    Rejected(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("the actor has stopped"),
            Self::Full => f.write_str("the mailbox is full"),
            Self::Timeout(after) => write!(f, "no answer within {after:?}"),
            Self::NoReply => f.write_str("the actor dropped the question without an answer"),
            Self::Cycle(chain) => write!(f, "the actors wait for each other: {}", chain.join(" -> ")),
            Self::ConnectionLost => f.write_str("the connection was lost; the outcome is unknown"),
            Self::Rejected(why) => write!(f, "the other node refused: {why}"),
        }
    }
}

impl Error for AskError {}

/// An ask of a message whose reply is a `Result`: either the handler's own error or one of the way.
///
/// ```
/// # use actors_core::*;
/// # struct Account(u64);
/// # impl Actor for Account {}
/// # struct Withdraw(u64);
/// # impl Message for Withdraw { type Reply = Result<u64, String>; type Kind = Fallible; }
/// # impl Handler<Withdraw> for Account {
/// #     async fn handle(&mut self, w: Withdraw, _: &mut Context<Self>) -> Result<u64, String> {
/// #         self.0.checked_sub(w.0).ok_or_else(|| "overdrawn".to_owned())
/// #     }
/// # }
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// # let account = system.spawn(Account(10));
/// match account.ask(Withdraw(40)).await {
///     Ok(left) => println!("{left} left"),
///     Err(CallError::Handler(why)) => println!("the account says: {why}"),
///     Err(CallError::Ask(error)) => println!("the account does not answer: {error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError<E> {
    /// The handler answered with this error.
    Handler(E),
    /// There was no answer.
    Ask(AskError),
}

impl<E> CallError<E> {
    /// The handler's own error, if it is one.
    pub fn into_handler_error(self) -> Option<E> {
        match self {
            Self::Handler(error) => Some(error),
            Self::Ask(_) => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(error) => error.fmt(f),
            Self::Ask(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for CallError<E> {}

impl<E> From<AskError> for CallError<E> {
    fn from(error: AskError) -> Self {
        Self::Ask(error)
    }
}
