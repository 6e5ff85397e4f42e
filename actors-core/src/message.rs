//! What a message is, and how the answer to it reads for the one who asked.

use std::fmt;

use crate::error::{AskError, CallError};

/// A value that can be sent to an actor, and the type of the answer to it.
///
/// Usually derived:
///
/// ```ignore
/// #[derive(Message)]
/// #[message(reply = u64)]
/// struct Add { by: u64 }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "not a message",
    note = "derive it: `#[derive(Message)]`, with `#[message(reply = T)]` when it has an answer"
)]
pub trait Message: Send + 'static {
    /// What the handler returns; `()` for a message that only tells.
    type Reply: Send + 'static;

    /// [`Plain`], or [`Fallible`] when the reply is a `Result` whose error belongs to the caller.
    type Kind: ReplyKind<Self::Reply>;
}

/// How a reply becomes the output of an ask, and whether it holds an error nobody waits for.
pub trait ReplyKind<R>: Send + 'static {
    /// What awaiting the request gives.
    type Answer;

    /// Whether a reply can hold an error at all.
    const FALLIBLE: bool;

    /// Merges what the handler returned with what can go wrong on the way.
    fn answer(outcome: Result<R, AskError>) -> Self::Answer;

    /// The text of the error in a reply to a message that was only told.
    fn unheard_error(reply: &R) -> Option<String>;
}

/// The kind of a message whose reply is not a `Result`: asking gives `Result<Reply, AskError>`.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl<R> ReplyKind<R> for Plain {
    type Answer = Result<R, AskError>;

    const FALLIBLE: bool = false;

    fn answer(outcome: Result<R, AskError>) -> Self::Answer {
        outcome
    }

    fn unheard_error(_: &R) -> Option<String> {
        None
    }
}

/// The kind of a message whose reply is a `Result<T, E>`: asking gives `Result<T, CallError<E>>`, so one `?` suffices.
#[derive(Debug, Clone, Copy)]
pub struct Fallible;

impl<T, E: fmt::Debug + fmt::Display> ReplyKind<Result<T, E>> for Fallible {
    type Answer = Result<T, CallError<E>>;

    const FALLIBLE: bool = true;

    fn answer(outcome: Result<Result<T, E>, AskError>) -> Self::Answer {
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(CallError::Handler(error)),
            Err(error) => Err(CallError::Ask(error)),
        }
    }

    fn unheard_error(reply: &Result<T, E>) -> Option<String> {
        reply.as_ref().err().map(ToString::to_string)
    }
}
