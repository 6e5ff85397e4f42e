//! What peers may reach, and with which messages.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use actors_core::{
    Actor, ActorRef, AskError, Endpoint, Parcel, Recipient, Refusal, RefusalKind, ReplyTo, Responder,
    Watchable, Watched, deliver,
};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::codec::{Bincode, Codec, CodecError};
use crate::remote::RemoteMessage;
use crate::wire::{Target, wire_id};

/// The exported actors of a node, by name and by number.
#[derive(Default)]
pub(crate) struct Exports(RwLock<Tables>);

#[derive(Default)]
struct Tables {
    by_name: HashMap<String, Target>,
    by_index: HashMap<u64, Arc<Exported>>,
    next: u64,
}

/// One exported actor.
pub(crate) struct Exported {
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) watched: Arc<dyn Watched>,
    accepts: RwLock<HashMap<u64, Arc<dyn Accept>>>,
}

impl Exports {
    fn add(&self, name: &str, watched: Arc<dyn Watched>) -> Arc<Exported> {
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        tables.next += 1;
        // The hasher's keys are random, so what it makes of a counter cannot be guessed from other secrets.
        let target = Target { index: tables.next, secret: RandomState::new().hash_one(tables.next) };
        let exported =
            Arc::new(Exported { name: name.to_owned(), target, watched, accepts: RwLock::default() });
        if let Some(old) = tables.by_name.insert(name.to_owned(), target) {
            tables.by_index.remove(&old.index);
        }
        tables.by_index.insert(target.index, exported.clone());
        exported
    }

    pub(crate) fn remove(&self, name: &str) -> bool {
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(target) = tables.by_name.remove(name) else { return false };
        tables.by_index.remove(&target.index);
        true
    }

    pub(crate) fn find(&self, name: &str) -> Option<Target> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).copied()
    }

    /// The export with this number, if the secret is right too.
    pub(crate) fn at(&self, target: Target) -> Option<Arc<Exported>> {
        let tables = self.0.read().unwrap_or_else(PoisonError::into_inner);
        tables.by_index.get(&target.index).filter(|exported| exported.target == target).cloned()
    }
}

impl Exported {
    /// What takes messages of this type and format.
    pub(crate) fn accepts(&self, wire_id: u64, codec: u8) -> Option<Arc<dyn Accept>> {
        let accepts = self.accepts.read().unwrap_or_else(PoisonError::into_inner);
        accepts.get(&wire_id).filter(|_| codec == Bincode::ID).cloned()
    }
}

/// An actor that was exported, about to be told which messages peers may send it. Made by
/// [`Node::export`](super::Node::export).
pub struct Export<A: Actor> {
    actor: ActorRef<A>,
    exported: Arc<Exported>,
    runtime: Handle,
}

impl<A: Actor> Export<A> {
    pub(super) fn new(exports: &Exports, name: &str, actor: &ActorRef<A>, runtime: Handle) -> Self {
        Self { actor: actor.clone(), exported: exports.add(name, actor.watched()), runtime }
    }

    /// Lets peers send this message.
    pub fn accept<M: RemoteMessage>(self) -> Self
    where
        A: Responder<M>,
    {
        let accepting = Accepting { to: self.actor.recipient::<M>(), runtime: self.runtime.clone() };
        let mut accepts = self.exported.accepts.write().unwrap_or_else(PoisonError::into_inner);
        accepts.insert(const { wire_id(M::WIRE_NAME) }, Arc::new(accepting));
        drop(accepts);
        self
    }
}

impl<A: Actor> std::fmt::Debug for Export<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Export({})", self.exported.name)
    }
}

/// Writes an answer down.
pub(crate) type Encode<'a> = dyn Fn(&mut Vec<u8>) -> Result<(), CodecError> + 'a;

/// Takes an answer back to whoever asked.
pub(crate) type AnswerWith = Box<dyn FnOnce(Result<&Encode<'_>, AskError>) + Send>;

/// Takes messages of one type for one actor.
pub(crate) trait Accept: Send + Sync {
    fn tell(&self, payload: &[u8]) -> Result<Box<dyn Delivery>, CodecError>;

    fn ask(
        &self,
        payload: &[u8],
        deadline: Option<Instant>,
        answer: AnswerWith,
    ) -> Result<Box<dyn Delivery>, CodecError>;
}

/// A message that was read and goes into a mailbox.
pub(crate) trait Delivery: Send {
    /// Delivers without waiting; if that needs waiting, returns what waits.
    fn now(self: Box<Self>) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

    /// Delivers when polled.
    fn in_turn(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

struct Accepting<M: RemoteMessage> {
    to: Recipient<M>,
    runtime: Handle,
}

impl<M: RemoteMessage> Accept for Accepting<M> {
    fn tell(&self, payload: &[u8]) -> Result<Box<dyn Delivery>, CodecError> {
        Ok(Box::new(Deliver { to: self.to.clone(), parcel: Parcel::told(Bincode::decode::<M>(payload)?) }))
    }

    fn ask(
        &self,
        payload: &[u8],
        deadline: Option<Instant>,
        answer: AnswerWith,
    ) -> Result<Box<dyn Delivery>, CodecError> {
        let message = Bincode::decode::<M>(payload)?;
        let (reply, outcome) = ReplyTo::channel(deadline);
        self.runtime.spawn(async move {
            match outcome.await {
                Ok(reply) => answer(Ok(&|out: &mut Vec<u8>| Bincode::encode(&reply, out))),
                Err(error) => answer(Err(error)),
            }
        });
        Ok(Box::new(Deliver { to: self.to.clone(), parcel: Parcel::asked(message, reply) }))
    }
}

struct Deliver<M: RemoteMessage> {
    to: Recipient<M>,
    parcel: Parcel<M>,
}

impl<M: RemoteMessage> Deliver<M> {
    /// A message that was not taken: its asker is told, or it becomes a dead letter.
    fn refused(to: &Recipient<M>, refusal: Refusal<M>) {
        let Refusal { kind, parcel } = refusal;
        match parcel.into_parts() {
            (_, Some(reply)) => reply.fail(kind.into()),
            (message, None) => Endpoint::bury(to, message, kind.into()),
        }
    }
}

impl<M: RemoteMessage> Delivery for Deliver<M> {
    fn now(self: Box<Self>) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let Self { to, parcel } = *self;
        match to.offer(parcel) {
            Ok(()) => None,
            Err(Refusal { kind: RefusalKind::Busy, parcel }) => Some(Box::new(Self { to, parcel }).in_turn()),
            Err(refusal) => {
                Self::refused(&to, refusal);
                None
            }
        }
    }

    fn in_turn(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let Self { to, parcel } = *self;
            if let Err(refusal) = deliver(&to, parcel).await {
                Self::refused(&to, refusal);
            }
        })
    }
}
