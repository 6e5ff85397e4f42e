//! The trait of actors that are state machines.

use super::entry::Entry;
use super::machine::Machine;
use crate::kernel::actor::Actor;
use crate::kernel::context::Context;
use crate::kernel::envelope::Step;

/// An actor that answers messages by the state it is in: OTP's `gen_statem`, Pekko's `FSM`.
///
/// The state is a value, usually of an enum, in a [`Machine`]. Handlers `match` on it; a message that has to wait for
/// another state is [stashed](Context::stash), OTP's `postpone`. The hook `entered` is the place for what belongs to being in
/// a state.
///
/// A door that opens for a code and locks itself:
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Press(char);
/// # impl Message for Press { type Reply = (); type Kind = Plain; }
/// # struct Close;
/// # impl Message for Close { type Reply = (); type Kind = Plain; }
/// # struct IsOpen;
/// # impl Message for IsOpen { type Reply = bool; type Kind = Plain; }
/// enum State {
///     Locked { pressed: String },
///     Open,
/// }
///
/// struct Door {
///     code: String,
///     machine: Machine<State>,
/// }
///
/// impl Actor for Door {
///     async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
///         self.machine.start(ctx);
///         Ok(())
///     }
/// }
///
/// impl StateMachine for Door {
///     type State = State;
///
///     fn machine(&mut self) -> &mut Machine<State> {
///         &mut self.machine
///     }
///
///     async fn entered(&mut self, _: Option<State>, ctx: &mut Context<Self>) {
///         if let State::Open = self.machine.state() {
///             self.machine.timeout(Duration::from_secs(10), Close, ctx); // unless somebody closes it before
///         }
///     }
/// }
///
/// impl Handler<Press> for Door {
///     async fn handle(&mut self, key: Press, ctx: &mut Context<Self>) {
///         match self.machine.state_mut() {
///             State::Locked { pressed } => {
///                 pressed.push(key.0);
///                 if *pressed == self.code {
///                     self.machine.go(State::Open, ctx);
///                 }
///             }
///             State::Open => ctx.stash(key).unwrap_or_else(|full| ctx.fail(full)), // for when it is locked again
///         }
///     }
/// }
///
/// impl Handler<Close> for Door {
///     async fn handle(&mut self, _: Close, ctx: &mut Context<Self>) {
///         self.machine.go(State::Locked { pressed: String::new() }, ctx);
///     }
/// }
/// # impl Handler<IsOpen> for Door {
/// #     async fn handle(&mut self, _: IsOpen, _: &mut Context<Self>) -> bool {
/// #         matches!(self.machine.state(), State::Open)
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), ActorError> {
/// # tokio::time::pause();
/// # let system = ActorSystem::new();
/// let locked = State::Locked { pressed: String::new() };
/// let door = system.spawn(Door { code: "42".into(), machine: Machine::new(locked) });
/// for key in "4242".chars() {
///     door.tell(Press(key)).await?;
/// }
/// assert!(door.ask(IsOpen).await?);
/// tokio::time::sleep(Duration::from_secs(15)).await;
/// assert!(door.ask(IsOpen).await?, "opened once more by the keys that had come too early");
/// tokio::time::sleep(Duration::from_secs(10)).await;
/// assert!(!door.ask(IsOpen).await?);
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a state machine",
    label = "not a state machine",
    note = "write `impl StateMachine for {Self}`, which says where its `Machine` is"
)]
pub trait StateMachine: Actor {
    /// The type of the states.
    type State: Send + 'static;

    /// The field that holds the state.
    fn machine(&mut self) -> &mut Machine<Self::State>;

    /// Runs in each state that was entered, before any other message; OTP's state enter call.
    ///
    /// `from` is the state that was left. It is `None` for the first state and when the hook is [repeated](Machine::repeat).
    /// The hook may await, set the [timeout](Machine::timeout) of the state, and go to another state, whose hook then
    /// follows. A panic or [`Context::fail`] fails the actor, as in a handler.
    fn entered(
        &mut self,
        from: Option<Self::State>,
        ctx: &mut Context<Self>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (from, ctx);
        async {}
    }
}

/// What is due for the state that a machine is in.
pub(super) struct StateChange;

impl<A: StateMachine> Step<A> for StateChange {
    const NAME: fn() -> &'static str = || "state change";

    async fn take(actor: &mut A, ctx: &mut Context<A>) {
        match actor.machine().take_entry() {
            Entry::First | Entry::Again => actor.entered(None, ctx).await,
            Entry::Left(state) => {
                // Before the hook: what that stashes waits for the next change.
                ctx.unstash_all();
                actor.entered(Some(state), ctx).await;
            }
            Entry::Unstarted | Entry::Done => {}
        }
    }
}
