//! What the peer's frames do: messages into mailboxes, answers to askers, watches to and fro.
//!
//! Messages for one actor are delivered in the order they came. If its mailbox is full and lets senders wait, they wait
//! in a queue of their own, drained by a task, so that the reader goes on with messages for others; the bytes that wait
//! so are bounded for the connection, and beyond the bound nothing more is read.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors_core::{ActorPath, AskError, DeadLetterReason, ExitReason, WatchId, Watched, Watcher};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::link::{Connection, status_of};
use super::pending::status;
use crate::node::{Delivery, Exported, Exports};
use crate::wire::{Frame, Malformed, MessageHead, Target, begin_reply, end_frame};

/// The receiving side of one connection.
pub(super) struct Inbound {
    connection: Arc<Connection>,
    exports: Arc<Exports>,
    /// Bytes that may wait for mailboxes.
    room: Arc<Semaphore>,
    room_bytes: usize,
    /// Queues of actors whose mailbox was full.
    lines: HashMap<u64, Arc<Line>>,
    watched: HashMap<Target, (WatchId, Arc<dyn Watched>)>,
}

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Deliveries to one actor that wait, in order.
#[derive(Default)]
struct Line(Mutex<LineState>);

#[derive(Default)]
struct LineState {
    waiting: VecDeque<Waiting>,
    /// Whether a task works on it.
    draining: bool,
}

impl Inbound {
    pub(super) fn new(connection: Arc<Connection>, exports: Arc<Exports>) -> Self {
        let room_bytes = connection.limits.inbound_bytes;
        let room = Arc::new(Semaphore::new(room_bytes));
        Self { connection, exports, room, room_bytes, lines: HashMap::new(), watched: HashMap::new() }
    }

    /// Handles one frame; false if the peer says goodbye.
    pub(super) async fn handle(&mut self, body: &[u8]) -> Result<bool, Malformed> {
        match Frame::decode(body)? {
            Frame::Tell { head, payload } => self.tell(head, payload).await,
            Frame::Ask { head, question, remaining_ms, payload } => {
                self.ask(head, question, remaining_ms, payload).await;
            }
            Frame::Reply { question, status, payload } => {
                self.connection.pending.answer(question, status, payload)
            }
            Frame::Lookup { question, name } => {
                let target = self.exports.find(name);
                self.connection.outbound.append_control(|out| Frame::Found { question, target }.encode(out));
            }
            Frame::Found { question, target } => self.connection.pending.found(question, target),
            Frame::Watch(target) => self.watch(target),
            Frame::Unwatch(target) => self.unwatch(target),
            Frame::Down { index, reason, text } => self.connection.down(index, &exit_reason(reason, text)),
            Frame::Ping => self.connection.outbound.append_control(|out| Frame::Pong.encode(out)),
            Frame::Pong | Frame::Unknown => {}
            Frame::GoAway => return Ok(false),
            Frame::Hello { .. } | Frame::Welcome { .. } => return Err(Malformed("a second introduction")),
        }
        Ok(true)
    }

    async fn tell(&mut self, head: MessageHead, payload: &[u8]) {
        let Some(exported) = self.exports.at(head.target) else {
            return self.bury(head, "it is exported no more", DeadLetterReason::NoActor, payload);
        };
        match exported.accepts(head.wire_id, head.codec) {
            None => self.bury(head, &exported.name, DeadLetterReason::Undecodable, payload),
            Some(accept) => match accept.tell(payload) {
                Ok(delivery) => self.deliver(&exported, delivery, payload.len()).await,
                Err(_) => self.bury(head, &exported.name, DeadLetterReason::Undecodable, payload),
            },
        }
    }

    async fn ask(&mut self, head: MessageHead, question: u64, remaining_ms: u32, payload: &[u8]) {
        let Some(exported) = self.exports.at(head.target) else {
            return self.answer(question, &AskError::Stopped);
        };
        let Some(accept) = exported.accepts(head.wire_id, head.codec) else {
            let why = format!("\"{}\" does not accept this message", exported.name);
            return self.answer(question, &AskError::Rejected(why));
        };
        let deadline =
            (remaining_ms < u32::MAX).then(|| Instant::now() + Duration::from_millis(remaining_ms.into()));
        let connection = self.connection.clone();
        let answer = Box::new(move |outcome: Result<&crate::node::Encode<'_>, AskError>| {
            answer_with(&connection, question, outcome);
        });
        match accept.ask(payload, deadline, answer) {
            Ok(delivery) => self.deliver(&exported, delivery, payload.len()).await,
            Err(error) => {
                self.answer(question, &AskError::Rejected(format!("the message cannot be read: {error}")));
            }
        }
    }

    /// Delivers now if nothing for this actor waits and there is room; otherwise in turn.
    async fn deliver(&mut self, exported: &Exported, delivery: Box<dyn Delivery>, bytes: usize) {
        let line = self.lines.entry(exported.target.index).or_default().clone();
        let in_line = line.0.lock().unwrap_or_else(PoisonError::into_inner).draining;
        let waiting = if in_line {
            delivery.in_turn()
        } else {
            match delivery.now() {
                None => return,
                Some(waiting) => waiting,
            }
        };
        let permits = u32::try_from(bytes.clamp(1, self.room_bytes)).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let Ok(permit) = self.room.clone().acquire_many_owned(permits).await else { return };
        line.join(with_permit(waiting, permit), self.connection.system.runtime());
    }

    fn bury(&self, head: MessageHead, name: &str, reason: DeadLetterReason, payload: &[u8]) {
        let to = || ActorPath::from_text(&format!("/{name} (from node {})", self.connection.peer_name()));
        tracing::debug!(
            wire_id = head.wire_id,
            peer = self.connection.peer_name(),
            "an undeliverable message"
        );
        self.connection.system.bury(to, "remote message", reason, payload.to_vec());
    }

    fn answer(&self, question: u64, error: &AskError) {
        answer_with(&self.connection, question, Err(error.clone()));
    }

    fn watch(&mut self, target: Target) {
        let down = move |connection: &Connection, reason: &ExitReason| {
            let (reason, text) = wire_reason(reason);
            connection.outbound.append_control(|out| {
                Frame::Down { index: target.index, reason, text: &text }.encode(out);
            });
        };
        let Some(exported) = self.exports.at(target) else {
            return down(&self.connection, &ExitReason::NoActor);
        };
        // A second WATCH comes when the peer was told of the end, or has unwatched meanwhile.
        self.unwatch(target);
        if self.watched.len() >= self.connection.limits.watches {
            tracing::warn!(peer = self.connection.peer_name(), "the peer watches too many actors");
            return down(&self.connection, &ExitReason::NodeDown);
        }
        let watch = self.connection.system.new_watch_id();
        self.watched.insert(target, (watch, exported.watched.clone()));
        let connection = Arc::downgrade(&self.connection);
        exported.watched.add_watcher(Watcher::call(watch, move |terminated| {
            if let Some(connection) = connection.upgrade() {
                down(&connection, terminated.reason());
            }
        }));
    }

    fn unwatch(&mut self, target: Target) {
        if let Some((watch, watched)) = self.watched.remove(&target) {
            watched.remove_watcher(watch);
        }
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        for (watch, watched) in std::mem::take(&mut self.watched).into_values() {
            watched.remove_watcher(watch);
        }
    }
}

impl Line {
    fn join(self: Arc<Self>, waiting: Waiting, runtime: &tokio::runtime::Handle) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.push_back(waiting);
        if !std::mem::replace(&mut state.draining, true) {
            drop(state);
            runtime.spawn(self.drain());
        }
    }

    async fn drain(self: Arc<Self>) {
        loop {
            let next = {
                let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                let next = state.waiting.pop_front();
                state.draining = next.is_some();
                next
            };
            match next {
                Some(waiting) => waiting.await,
                None => return,
            }
        }
    }
}

fn with_permit(waiting: Waiting, permit: OwnedSemaphorePermit) -> Waiting {
    Box::pin(async move {
        waiting.await;
        drop(permit);
    })
}

fn answer_with(connection: &Connection, question: u64, outcome: Result<&crate::node::Encode<'_>, AskError>) {
    let limit = connection.limits.frame;
    connection.outbound.append_control(|out| {
        let start = begin_reply(out, question, status::OK);
        let error = match outcome {
            // Encoding is a user's code and may panic.
            Ok(encode) => match catch_unwind(AssertUnwindSafe(|| encode(out))) {
                Ok(Ok(())) if out.len() - start <= limit => return end_frame(out, start),
                Ok(Ok(())) => AskError::Rejected(format!("the answer is larger than {limit} bytes")),
                Ok(Err(error)) => AskError::Rejected(format!("the answer cannot be encoded: {error}")),
                Err(_) => AskError::Rejected("encoding the answer panicked".into()),
            },
            Err(error) => error,
        };
        out.truncate(start);
        let (status, text) = status_of(&error);
        Frame::Reply { question, status, payload: text.as_bytes() }.encode(out);
    });
}

/// The reason of an end, as DOWN carries it.
fn wire_reason(reason: &ExitReason) -> (u8, String) {
    match reason {
        ExitReason::Normal => (0, String::new()),
        ExitReason::Shutdown => (1, String::new()),
        ExitReason::Killed => (2, String::new()),
        ExitReason::Failed(error) => (3, error.to_string()),
        ExitReason::Panicked(message) => (4, message.clone()),
        ExitReason::NoActor => (5, String::new()),
        _ => (6, String::new()),
    }
}

fn exit_reason(reason: u8, text: &str) -> ExitReason {
    match reason {
        0 => ExitReason::Normal,
        1 => ExitReason::Shutdown,
        2 => ExitReason::Killed,
        3 => ExitReason::Failed(actors_core::ActorError::msg(text)),
        4 => ExitReason::Panicked(text.to_owned()),
        5 => ExitReason::NoActor,
        _ => ExitReason::NodeDown,
    }
}
