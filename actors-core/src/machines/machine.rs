//! The state of a machine and what changes it.

use std::fmt;
use std::time::Duration;

use super::entry::{Call, Entry};
use super::state_machine::{StateChange, StateMachine};
use crate::kernel::actor::Responder;
use crate::kernel::context::{Context, TimerHandle};
use crate::message::Message;

/// The state of an actor that is a [`StateMachine`], in a field of that actor.
///
/// Handlers look at it with [`state`](Self::state), usually in a `match`, and end by doing nothing about it (OTP's
/// `keep_state`), by changing what it holds with [`state_mut`](Self::state_mut) (the same), by going to another one with
/// [`go`](Self::go) (`next_state`) or by [`repeat`](Self::repeat) (`repeat_state`).
///
/// | | state timeout | hook `entered` | stashed messages |
/// |---|---|---|---|
/// | nothing, `state_mut` | goes on | is not called | stay stashed |
/// | `repeat` | goes on | is called with `None` | stay stashed |
/// | `go`, also to an equal state | is cancelled | is called with the state that was left | come back |
///
/// A [restart](crate::Restart) makes a new machine with the actor: it begins in the first state, and nothing of the old
/// life's is left.
pub struct Machine<S> {
    state: S,
    entry: Entry<S>,
}

/// The key of the state timeout: an actor has one.
#[derive(PartialEq, Eq, Hash)]
struct StateTimeout;

impl<S: Send + 'static> Machine<S> {
    /// A machine in its first state; it begins with [`start`](Self::start).
    pub const fn new(first: S) -> Self {
        Self { state: first, entry: Entry::Unstarted }
    }

    /// The state it is in.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// The state it is in, to change what that holds. It stays the same state: see [`go`](Self::go).
    pub fn state_mut(&mut self) -> &mut S {
        &mut self.state
    }

    /// Enters the first state; for the actor's [`started`](crate::Actor::started). The hook runs before the first message.
    ///
    /// # Panics
    ///
    /// If it was called before.
    #[track_caller]
    pub fn start<A: StateMachine<State = S>>(&mut self, ctx: &mut Context<A>) {
        assert!(self.entry.is_unstarted(), "a state machine is started once, in `started`");
        let call = self.entry.start();
        arrange(call, ctx);
    }

    /// Goes to another state; OTP's `next_state`, Pekko's `goto`.
    ///
    /// From here on [`state`](Self::state) is the new one and the state timeout of the old one is cancelled, also if it
    /// lies in the mailbox already. When the handler has returned, before any other message, the hook
    /// [`entered`](StateMachine::entered) runs, and what was [stashed](Context::stash) comes back, in its order and before what is
    /// queued.
    ///
    /// This is a change of state even if the new state equals the old one, as in Pekko. Several in one handler are one
    /// change: the hook runs once, in the last state, and is given the one that was left first.
    ///
    /// # Panics
    ///
    /// If the machine was not [started](Self::start): the hook of the first state would never have run.
    #[track_caller]
    pub fn go<A: StateMachine<State = S>>(&mut self, next: S, ctx: &mut Context<A>) {
        self.assert_started();
        self.cancel_timeout(ctx);
        let left = std::mem::replace(&mut self.state, next);
        let call = self.entry.leave(left);
        arrange(call, ctx);
    }

    /// Runs the hook [`entered`](StateMachine::entered) once more when the handler has returned, before any other message.
    /// Nothing else changes: the state timeout goes on and what is stashed stays there. OTP's `repeat_state`.
    ///
    /// # Panics
    ///
    /// If the machine was not [started](Self::start).
    #[track_caller]
    pub fn repeat<A: StateMachine<State = S>>(&mut self, ctx: &mut Context<A>) {
        self.assert_started();
        let call = self.entry.repeat();
        arrange(call, ctx);
    }

    /// Sends the actor a message if it is still in this state after `delay`; OTP's state timeout.
    ///
    /// There is one at a time: setting it anew replaces it. Leaving the state cancels it, staying does not, whatever messages
    /// come; so does the end of the life. A handler that also goes to another state sets it after that, or in
    /// [`entered`](StateMachine::entered). For more than one, and for those that outlast a state, there are timers
    /// [with keys](Context::timer); for one that any message cancels there is [`Context::idle_timeout`].
    pub fn timeout<A, M>(&mut self, delay: Duration, message: M, ctx: &mut Context<A>) -> TimerHandle
    where
        A: StateMachine<State = S> + Responder<M>,
        M: Message,
    {
        ctx.timer(StateTimeout).after(delay, message)
    }

    /// Cancels the state timeout; its message is not delivered any more, even if it is queued. False if there was none.
    pub fn cancel_timeout<A: StateMachine<State = S>>(&mut self, ctx: &mut Context<A>) -> bool {
        ctx.timer(StateTimeout).cancel()
    }

    pub(super) fn take_entry(&mut self) -> Entry<S> {
        self.entry.take()
    }

    #[track_caller]
    fn assert_started(&self) {
        assert!(
            !self.entry.is_unstarted(),
            "a state machine has to be started, in `started`: `machine.start(ctx)`"
        );
    }
}

fn arrange<A: StateMachine>(call: Call, ctx: &mut Context<A>) {
    if call == Call::Needed {
        ctx.continue_first::<StateChange>();
    }
}

impl<S: fmt::Debug> fmt::Debug for Machine<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Machine").field(&self.state).finish()
    }
}
