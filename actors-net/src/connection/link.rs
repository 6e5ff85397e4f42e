//! A connection as its users see it: sending, looking up, watching, until it closes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actors_core::{
    ActorId, ActorPath, ActorSystem, AskError, DeadLetterReason, ExitReason, Message, Parcel, Refusal,
    RefusalKind, Terminated, WatchId, Watcher,
};
use tokio::sync::futures::Notified;
use tokio::sync::watch;
use tokio::time::Instant;

use super::handshake::Identity;
use super::outbound::{NotSent, Outbound};
use super::pending::Pending;
use crate::codec::{Bincode, Codec};
use crate::limits::Limits;
use crate::remote::{RemoteMessage, RemoteTarget};
use crate::wire::{Frame, MessageHead, Target, end_frame, wire_id};

pub(crate) struct Connection {
    peer: Identity,
    pub(super) system: ActorSystem,
    pub(super) limits: Limits,
    pub(super) outbound: Outbound,
    pub(super) pending: Pending,
    /// Who watches which actors of the peer.
    watchers: Mutex<Watchers>,
    open: watch::Sender<bool>,
}

#[derive(Default)]
struct Watchers {
    by_target: HashMap<Target, (String, Vec<Watcher>)>,
    closed: bool,
}

impl Connection {
    pub(crate) fn new(peer: Identity, system: ActorSystem, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            peer,
            system,
            limits,
            outbound: Outbound::new(&limits),
            pending: Pending::default(),
            watchers: Mutex::default(),
            open: watch::Sender::new(true),
        })
    }

    pub(crate) fn peer_name(&self) -> &str {
        &self.peer.name
    }

    pub(crate) fn peer_incarnation(&self) -> u64 {
        self.peer.incarnation
    }

    pub(crate) fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    pub(crate) async fn closed(&self) {
        // An error means that the connection is gone altogether.
        let _ = self.open.subscribe().wait_for(|open| !open).await;
    }

    pub(crate) fn queued_bytes(&self) -> usize {
        self.outbound.queued()
    }

    pub(crate) fn pending_asks(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn room(&self) -> Notified<'_> {
        self.outbound.room()
    }

    /// Writes a message into the outbound buffer, on the sender's own time.
    pub(crate) fn send<M: RemoteMessage>(
        &self,
        to: &RemoteTarget,
        parcel: Parcel<M>,
    ) -> Result<(), Refusal<M>> {
        let head =
            MessageHead { target: to.target, wire_id: const { wire_id(M::WIRE_NAME) }, codec: Bincode::ID };
        let (message, reply) = parcel.into_parts();
        let refuse = |kind, message, reply| Err(Refusal { kind, parcel: Parcel::from_parts(message, reply) });
        let Some(reply) = reply else {
            return match self.append(&message, |out| head.begin_tell(out)) {
                Ok(()) => Ok(()),
                Err(kind) => refuse(kind, message, None),
            };
        };
        let Some(question) = self.pending.number(self.limits.pending_asks) else {
            return refuse(RefusalKind::Full, message, Some(reply));
        };
        let remaining = reply.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let remaining_ms =
            remaining.and_then(|left| u32::try_from(left.as_millis()).ok()).unwrap_or(u32::MAX);
        // Remembered before it is sent: the answer may be faster than this thread.
        if let Err(reply) = self.pending.ask(question, reply) {
            return refuse(RefusalKind::Stopped, message, Some(reply));
        }
        match self.append(&message, |out| head.begin_ask(out, question, remaining_ms)) {
            Ok(()) => Ok(()),
            Err(kind) => match self.pending.take_back(question) {
                Some(reply) => refuse(kind, message, Some(reply)),
                // It was closed meanwhile, and the asker told.
                None => Ok(()),
            },
        }
    }

    fn append<M: RemoteMessage>(
        &self,
        message: &M,
        begin: impl FnOnce(&mut Vec<u8>) -> usize,
    ) -> Result<(), RefusalKind> {
        let appended = self.outbound.append(|out| {
            let start = begin(out);
            Bincode::encode(message, out).map_err(|error| format!("it cannot be encoded: {error}"))?;
            let size = out.len() - start;
            if size > self.limits.frame {
                return Err(format!("it takes {size} bytes and a frame holds {}", self.limits.frame));
            }
            end_frame(out, start);
            Ok(())
        });
        appended.map_err(|error| match error {
            NotSent::Busy => RefusalKind::Busy,
            NotSent::Closed => RefusalKind::Stopped,
            NotSent::Failed(why) => RefusalKind::Unsendable(why),
        })
    }

    /// Asks the peer for an export. `Err` if the connection is lost before the answer.
    pub(crate) async fn look_up(&self, name: &str) -> Result<Option<Target>, ()> {
        let (question, answer) = self.pending.lookup().ok_or(())?;
        self.outbound.append_control(|out| Frame::Lookup { question, name }.encode(out));
        answer.await.map_err(|_| ())
    }

    pub(crate) fn bury<M: Message>(
        &self,
        to: impl Fn() -> ActorPath,
        message_type: &'static str,
        reason: DeadLetterReason,
        message: M,
    ) {
        self.system.bury(to, message_type, reason, message);
    }

    /// Watches an actor of the peer; gives the watcher back if the connection is lost.
    pub(crate) fn watch(&self, target: Target, name: &str, watcher: Watcher) -> Result<(), Watcher> {
        let mut watchers = self.lock_watchers();
        if watchers.closed {
            return Err(watcher);
        }
        let (_, watching) = watchers.by_target.entry(target).or_insert_with(|| (name.to_owned(), Vec::new()));
        watching.push(watcher);
        if watching.len() == 1 {
            self.outbound.append_control(|out| Frame::Watch(target).encode(out));
        }
        Ok(())
    }

    pub(crate) fn unwatch(&self, target: Target, watch: WatchId) {
        let mut watchers = self.lock_watchers();
        let Some((_, watching)) = watchers.by_target.get_mut(&target) else { return };
        let Some(at) = watching.iter().position(|watcher| watcher.id() == watch) else { return };
        let removed = watching.remove(at);
        if watching.is_empty() {
            watchers.by_target.remove(&target);
            self.outbound.append_control(|out| Frame::Unwatch(target).encode(out));
        }
        drop(watchers);
        // It may hold a user's message, whose end is nothing to wait for with the lock.
        drop(removed);
    }

    /// An actor of the peer has ended.
    pub(super) fn down(&self, index: u64, reason: &ExitReason) {
        let gone: Vec<_> = {
            let mut watchers = self.lock_watchers();
            watchers.by_target.extract_if(|target, _| target.index == index).collect()
        };
        self.tell_watchers(gone, reason);
    }

    /// The end: whoever waits for the peer is told at once.
    pub(super) fn close(&self) {
        if !self.open.send_replace(false) {
            return;
        }
        self.outbound.close();
        self.pending.close();
        let gone = {
            let mut watchers = self.lock_watchers();
            watchers.closed = true;
            std::mem::take(&mut watchers.by_target).into_iter().collect()
        };
        self.tell_watchers(gone, &ExitReason::NodeDown);
    }

    /// Writes what is there, says goodbye, and closes.
    pub(crate) async fn finish(&self) {
        self.outbound.append_control(|out| Frame::GoAway.encode(out));
        self.outbound.finish();
        self.closed().await;
    }

    fn tell_watchers(&self, gone: Vec<(Target, (String, Vec<Watcher>))>, reason: &ExitReason) {
        for (target, (name, watchers)) in gone {
            let path = ActorPath::from_text(&format!("/{}/{name}", self.peer.name));
            let terminated = Terminated::new(ActorId::from_u64(target.index), path, reason.clone());
            for watcher in watchers {
                watcher.tell(terminated.clone());
            }
        }
    }

    fn lock_watchers(&self) -> MutexGuard<'_, Watchers> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a peer is told of an error that has no better name.
pub(super) fn status_of(error: &AskError) -> (u8, String) {
    use super::pending::status;
    match error {
        AskError::Stopped => (status::STOPPED, String::new()),
        AskError::Full => (status::FULL, String::new()),
        AskError::NoReply => (status::NO_REPLY, String::new()),
        AskError::Timeout(_) => (status::EXPIRED, String::new()),
        // The other side says by itself that this is a refusal.
        AskError::Rejected(why) => (status::REJECTED, why.clone()),
        other => (status::REJECTED, other.to_string()),
    }
}
