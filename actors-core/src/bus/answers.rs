//! Who answers which question, for those who ask without knowing whom.

use std::any::Any;
use std::sync::{Arc, Weak};

use super::handle::Bus;
use super::state::BusState;
use super::type_map::TypeMap;
use crate::id::{ActorPath, short_type_name};
use crate::kernel::custody::BoxFuture;
use crate::kernel::endpoint::{Endpoint, EndpointKey, Parcel, Refusal, RefusalKind};
use crate::kernel::refs::Recipient;
use crate::kernel::request::Request;
use crate::kernel::watch::{WatchId, Watcher};
use crate::message::Message;
use crate::observe::DeadLetterReason;
use crate::system::ActorSystem;

/// The answering actor of each message type.
#[derive(Default)]
pub(super) struct Answers(TypeMap<Answering>);

#[derive(Clone)]
struct Answering {
    key: EndpointKey,
    /// A `Recipient` of the message.
    recipient: Arc<dyn Any + Send + Sync>,
}

impl Answers {
    fn insert<M: Message>(&self, recipient: Recipient<M>) {
        let answering = Answering { key: recipient.key(), recipient: Arc::new(recipient) };
        let replaced = self.0.insert::<M>(answering);
        // Outside the map: it may be the last reference to an actor.
        drop(replaced);
    }

    fn find<M: Message>(&self) -> Option<Recipient<M>> {
        let found = self.0.get::<M>()?;
        found.recipient.downcast_ref::<Recipient<M>>().filter(|recipient| recipient.is_alive()).cloned()
    }

    fn remove<M: Message>(&self, key: EndpointKey) {
        let removed = self.0.remove_if::<M>(|answering| answering.key == key);
        drop(removed);
    }
}

impl Bus {
    /// Has this actor answer all [requests](Self::request) with messages of type `M`, instead of the one that did so
    /// before. It is kept alive as by a reference, and answers until it ends.
    pub fn answer<M: Message>(&self, actor: &(impl Endpoint<M> + ?Sized)) {
        let recipient = actor.to_recipient();
        let key = recipient.key();
        self.state.answers.insert(recipient);
        if let Some(actor) = actor.wait_target() {
            let state: Weak<BusState> = Arc::downgrade(&self.state);
            let forget = move |_| {
                if let Some(state) = state.upgrade() {
                    state.answers.remove::<M>(key);
                }
            };
            // It is never taken back, so it needs no number of its own.
            actor.0.add_watcher(Watcher::call(WatchId(0), forget));
        }
    }

    /// Asks whoever answers messages of this type. The request is the same as that of a reference: it asks when awaited,
    /// within 5 s unless told otherwise.
    ///
    /// # Errors
    ///
    /// Awaiting it gives [`AskError::Stopped`](crate::AskError::Stopped) at once if nobody answers such messages.
    pub fn request<M: Message>(&self, message: M) -> Request<'static, M> {
        match self.state.answers.find::<M>() {
            Some(actor) => Request::to(actor, message),
            None => Request::new(&Nobody(self.system.clone()), message).owned(),
        }
    }
}

/// Where requests go that nobody answers.
#[derive(Clone)]
struct Nobody(ActorSystem);

impl<M: Message> Endpoint<M> for Nobody {
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>> {
        Err(Refusal { kind: RefusalKind::Stopped, parcel })
    }

    fn wait_for_room(&self, parcel: Parcel<M>) -> BoxFuture<'static, Result<(), Refusal<M>>> {
        Box::pin(async { Err(Refusal { kind: RefusalKind::Stopped, parcel }) })
    }

    fn to_recipient(&self) -> Recipient<M> {
        Recipient::new(self.clone())
    }

    fn path(&self) -> ActorPath {
        ActorPath::from_text("/bus/nobody")
    }

    fn key(&self) -> EndpointKey {
        EndpointKey { home: 0, number: 0 }
    }

    fn is_alive(&self) -> bool {
        false
    }

    fn bury(&self, message: M, _: DeadLetterReason) {
        let path = || Endpoint::<M>::path(self);
        self.0.bury(path, short_type_name::<M>(), DeadLetterReason::NoActor, message);
    }
}
