//! Questions to the peer that have no answer yet.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actors_core::{AskError, ReplyTo};
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::codec::{Bincode, Codec};
use crate::wire::Target;

/// How a question was answered, on the wire.
pub(crate) mod status {
    pub(crate) const OK: u8 = 0;
    pub(crate) const STOPPED: u8 = 1;
    pub(crate) const FULL: u8 = 2;
    pub(crate) const NO_REPLY: u8 = 3;
    /// The payload is a text that says why.
    pub(crate) const REJECTED: u8 = 4;
    /// Nobody wanted the answer any more when the question's turn came.
    pub(crate) const EXPIRED: u8 = 5;
}

#[derive(Default)]
pub(super) struct Pending(Mutex<State>);

#[derive(Default)]
struct State {
    next: u64,
    asks: HashMap<u64, Box<dyn PendingAsk>>,
    lookups: HashMap<u64, oneshot::Sender<Option<Target>>>,
    closed: bool,
}

/// A reply handle whose type is known to nobody else.
trait PendingAsk: Any + Send {
    fn is_wanted(&self) -> bool;

    fn answer(self: Box<Self>, status: u8, payload: &[u8]);

    fn fail(self: Box<Self>, error: AskError);
}

impl Pending {
    /// Takes a number for a question that is about to be sent.
    ///
    /// If there are `most` already, those nobody waits for are forgotten first; `None` if there are still too many.
    pub(super) fn number(&self, most: usize) -> Option<u64> {
        let mut state = self.lock();
        if state.asks.len() >= most {
            state.asks.retain(|_, ask| ask.is_wanted());
            if state.asks.len() >= most {
                return None;
            }
        }
        state.next += 1;
        Some(state.next)
    }

    /// Remembers who asked. Gives the handle back if the connection has closed.
    pub(super) fn ask<R>(&self, question: u64, reply: ReplyTo<R>) -> Result<(), ReplyTo<R>>
    where
        R: DeserializeOwned + Send + 'static,
    {
        let mut state = self.lock();
        if state.closed {
            return Err(reply);
        }
        state.asks.insert(question, Box::new(reply));
        Ok(())
    }

    /// Forgets a question that was not sent after all; `None` if it was answered meanwhile.
    pub(super) fn take_back<R: 'static>(&self, question: u64) -> Option<ReplyTo<R>> {
        let ask: Box<dyn Any> = self.lock().asks.remove(&question)?;
        ask.downcast().ok().map(|reply| *reply)
    }

    pub(super) fn lookup(&self) -> Option<(u64, oneshot::Receiver<Option<Target>>)> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        state.next += 1;
        let (sender, receiver) = oneshot::channel();
        let question = state.next;
        state.lookups.insert(question, sender);
        Some((question, receiver))
    }

    /// Hands an answer over. One that comes too late goes nowhere.
    pub(super) fn answer(&self, question: u64, status: u8, payload: &[u8]) {
        let ask = self.lock().asks.remove(&question);
        if let Some(ask) = ask {
            ask.answer(status, payload);
        }
    }

    pub(super) fn found(&self, question: u64, target: Option<Target>) {
        let lookup = self.lock().lookups.remove(&question);
        if let Some(lookup) = lookup {
            // Whoever looked may have stopped waiting.
            let _ = lookup.send(target);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().asks.len()
    }

    /// The connection is lost: whether what was asked was handled is unknown.
    pub(super) fn close(&self) {
        let (asks, lookups) = {
            let mut state = self.lock();
            state.closed = true;
            (std::mem::take(&mut state.asks), std::mem::take(&mut state.lookups))
        };
        drop(lookups);
        for ask in asks.into_values() {
            ask.fail(AskError::ConnectionLost);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: DeserializeOwned + Send + 'static> PendingAsk for ReplyTo<R> {
    fn is_wanted(&self) -> bool {
        Self::is_wanted(self)
    }

    fn answer(self: Box<Self>, status: u8, payload: &[u8]) {
        let error = match status {
            status::OK => match Bincode::decode(payload) {
                Ok(reply) => return self.send(reply),
                Err(error) => AskError::Rejected(format!("the answer cannot be read: {error}")),
            },
            status::STOPPED => AskError::Stopped,
            status::FULL => AskError::Full,
            status::NO_REPLY => AskError::NoReply,
            status::EXPIRED => AskError::Rejected("its deadline had passed when its turn came".into()),
            _ => AskError::Rejected(String::from_utf8_lossy(payload).into_owned()),
        };
        Self::fail(*self, error);
    }

    fn fail(self: Box<Self>, error: AskError) {
        Self::fail(*self, error);
    }
}
