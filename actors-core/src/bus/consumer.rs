//! Who handles events: closures, actors, streams.

use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::any_event::Payload;
use super::event::Event;
use crate::error::AskError;
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::{Endpoint, Parcel, deliver};
use crate::kernel::refs::Recipient;
use crate::kernel::reply::ReplyTo;

/// How one attempt to handle an event went.
pub(super) enum Handled {
    Well,
    /// It may be tried again.
    Badly(String),
    /// This consumer is gone for good; another one may have the event.
    NotAtAll,
}

/// Handles the events of one member of a feed.
pub(super) trait Consumer<T>: Send + Sync {
    fn consume(&self, event: T) -> BoxFuture<'static, Handled>;
}

/// What the closure of a subscription may return: `()`, or a `Result` whose error makes the event be tried again.
pub trait Outcome: Send + 'static {
    /// The error's text, if there is one.
    fn failure(self) -> Option<String>;
}

impl Outcome for () {
    fn failure(self) -> Option<String> {
        None
    }
}

impl<T: Send + 'static, E: fmt::Display + Send + 'static> Outcome for Result<T, E> {
    fn failure(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

pub(super) struct Closure<F>(pub(super) Arc<F>);

impl<T, F, Fut> Consumer<T> for Closure<F>
where
    T: Payload,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Outcome> + Send,
{
    fn consume(&self, event: T) -> BoxFuture<'static, Handled> {
        let handle = self.0.clone();
        Box::pin(async move { handle(event).await.failure().map_or(Handled::Well, Handled::Badly) })
    }
}

pub(super) struct ToRecipient<E: Event>(pub(super) Recipient<E>);

impl<E: Event> Consumer<E> for ToRecipient<E> {
    fn consume(&self, event: E) -> BoxFuture<'static, Handled> {
        let recipient = self.0.clone();
        Box::pin(async move {
            let (reply, answer) = ReplyTo::channel(None);
            let refused = deliver(&recipient, Parcel::asked(event, reply)).await.err();
            let error = match refused {
                Some(refusal) => AskError::from(refusal.kind),
                None => match answer.await {
                    Ok(()) => return Handled::Well,
                    Err(error) => error,
                },
            };
            if Endpoint::is_alive(&recipient) { Handled::Badly(error.to_string()) } else { Handled::NotAtAll }
        })
    }
}

pub(super) struct ToStream<T>(pub(super) mpsc::Sender<T>);

impl<T: Payload> Consumer<T> for ToStream<T> {
    fn consume(&self, event: T) -> BoxFuture<'static, Handled> {
        let sender = self.0.clone();
        Box::pin(async move { sender.send(event).await.map_or(Handled::NotAtAll, |()| Handled::Well) })
    }
}
