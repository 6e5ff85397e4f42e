//! Timers with a key, of which there is one at a time.

use std::any::Any;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use super::Context;
use super::timers::TimerHandle;
use crate::kernel::actor::{Actor, Responder};
use crate::message::Message;
use crate::panics::drop_quietly;
use crate::timer::TimerId;

/// The timer of one key. Made by [`Context::timer`].
#[must_use = "nothing is set until `after` or `every`"]
pub struct KeyedTimer<'a, A: Actor, K> {
    ctx: &'a mut Context<A>,
    key: K,
}

impl<A: Actor> Context<A> {
    /// The timer of this life with the key `key`: any value that can be compared, such as a name, a number or a variant
    /// of an enum. Keys of different types are different.
    ///
    /// ```
    /// # use actors_core::*;
    /// # use std::time::Duration;
    /// # struct Session { id: u64 }
    /// # impl Actor for Session {}
    /// # struct Line(String);
    /// # impl Message for Line { type Reply = (); type Kind = Plain; }
    /// # struct Hung;
    /// # impl Message for Hung { type Reply = (); type Kind = Plain; }
    /// # impl Handler<Hung> for Session { async fn handle(&mut self, _: Hung, _: &mut Context<Self>) {} }
    /// impl Handler<Line> for Session {
    ///     async fn handle(&mut self, line: Line, ctx: &mut Context<Self>) {
    ///         // Whatever was set before with this key is replaced, also if it has fired already and waits in the mailbox.
    ///         ctx.timer("hung").after(Duration::from_secs(60), Hung);
    ///         if line.0 == "quit" {
    ///             ctx.timer("hung").cancel();
    ///         }
    ///     }
    /// }
    /// # #[tokio::main] async fn main() {
    /// # let system = ActorSystem::new();
    /// # let session = system.spawn(Session { id: 1 });
    /// # session.ask(Line("quit".into())).await.unwrap();
    /// # }
    /// ```
    pub fn timer<K>(&mut self, key: K) -> KeyedTimer<'_, A, K>
    where
        K: Hash + Eq + Send + Sync + 'static,
    {
        KeyedTimer { ctx: self, key }
    }
}

impl<A: Actor, K: Hash + Eq + Send + Sync + 'static> KeyedTimer<'_, A, K> {
    /// Sends this actor a message after a while, as [`Context::after`] does, in place of what was set with the key before.
    pub fn after<M: Message>(self, delay: Duration, message: M) -> TimerHandle
    where
        A: Responder<M>,
    {
        self.replace_with(|ctx| ctx.after(delay, message))
    }

    /// Sends this actor a message again and again, as [`Context::every`] does, in place of what was set with the key before.
    ///
    /// # Panics
    ///
    /// If `period` is zero.
    #[track_caller]
    pub fn every<M: Message + Clone>(self, period: Duration, message: M) -> TimerHandle
    where
        A: Responder<M>,
    {
        self.replace_with(|ctx| ctx.every(period, message))
    }

    /// Cancels the timer; a tick that lies in the mailbox already is not delivered. False if it was not active.
    pub fn cancel(self) -> bool {
        self.timer().is_some_and(|timer| self.ctx.cancel_timer(timer))
    }

    /// Whether the timer is set and its message has not been delivered; a recurring one is active until it is cancelled.
    pub fn is_active(&self) -> bool {
        self.timer().is_some()
    }

    fn timer(&self) -> Option<TimerId> {
        self.ctx.extras.as_ref()?.timers.keys.timer_of(&self.key)
    }

    #[track_caller]
    fn replace_with(self, set: impl FnOnce(&mut Context<A>) -> TimerHandle) -> TimerHandle {
        if let Some(old) = self.timer() {
            self.ctx.cancel_timer(old);
        }
        let handle = set(self.ctx);
        self.ctx.extras().timers.keys.bind(self.key, handle.0);
        handle
    }
}

/// Which timer each key stands for, and back.
#[derive(Default)]
pub(super) struct Keys {
    timers: HashMap<Arc<dyn Key>, TimerId>,
    keys: HashMap<TimerId, Arc<dyn Key>>,
}

impl Keys {
    fn timer_of(&self, key: &dyn Key) -> Option<TimerId> {
        self.timers.get(key).copied()
    }

    fn bind(&mut self, key: impl Key, timer: TimerId) {
        let key: Arc<dyn Key> = Arc::new(key);
        self.keys.insert(timer, key.clone());
        self.timers.insert(key, timer);
    }

    /// The timer is no more, and so its key stands for none.
    pub(super) fn release(&mut self, timer: TimerId) {
        if let Some(key) = self.keys.remove(&timer) {
            self.timers.remove(&*key);
        }
    }

    /// Drops the keys, each by itself: they are users' values.
    pub(super) fn drop_all(self) {
        self.timers.into_keys().chain(self.keys.into_values()).for_each(drop_quietly);
    }
}

/// A key of any type.
trait Key: Any + Send + Sync {
    fn equals(&self, other: &dyn Key) -> bool;

    fn hash_into(&self, hasher: &mut dyn Hasher);
}

impl<K: Hash + Eq + Send + Sync + 'static> Key for K {
    fn equals(&self, other: &dyn Key) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }

    fn hash_into(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }
}

impl PartialEq for dyn Key {
    fn eq(&self, other: &Self) -> bool {
        self.equals(other)
    }
}

impl Eq for dyn Key {}

impl Hash for dyn Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_into(state);
    }
}
