//! How messages come to a probe.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use super::Probe;
use super::queue::Received;
use crate::{
    ActorPath, DeadLetterReason, Endpoint, EndpointKey, Message, Parcel, Recipient, Refusal, RefusalKind,
    Watchable, Watched, short_type_name,
};

impl<M: Message> Endpoint<M> for Probe<M> {
    fn offer(&self, parcel: Parcel<M>) -> Result<(), Refusal<M>> {
        if !self.actor.is_alive() {
            return Err(Refusal { kind: RefusalKind::Stopped, parcel });
        }
        let (message, reply) = parcel.into_parts();
        self.queue.push(Received { message, reply });
        Ok(())
    }

    fn wait_for_room(
        &self,
        parcel: Parcel<M>,
    ) -> Pin<Box<dyn Future<Output = Result<(), Refusal<M>>> + Send>> {
        Box::pin(ready(self.offer(parcel)))
    }

    fn to_recipient(&self) -> Recipient<M> {
        self.recipient()
    }

    fn path(&self) -> ActorPath {
        self.actor.path()
    }

    fn key(&self) -> EndpointKey {
        self.actor.watched().key()
    }

    fn is_alive(&self) -> bool {
        self.actor.is_alive()
    }

    fn bury(&self, message: M, reason: DeadLetterReason) {
        self.system.bury(|| self.actor.path(), short_type_name::<M>(), reason, message);
    }
}

impl<M: Message> Watchable for Probe<M> {
    fn watched(&self) -> Arc<dyn Watched> {
        self.actor.watched()
    }
}
