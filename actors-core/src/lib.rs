//! The engine of the actors framework: mailboxes, actors, their lives, the system they live in, the event bus.
//!
//! Users depend on the facade crate `actors`, which re-exports all of this.

mod breaker;
mod bus;
pub mod error;
mod exit;
mod groups;
mod id;
mod kernel;
mod machines;
mod mailbox;
mod message;
mod observe;
mod panics;
mod requests;
mod sched;
mod supervision;
mod sync;
mod system;
#[cfg(feature = "testkit")]
pub mod testkit;
mod timer;

pub use breaker::{BreakerBuilder, BreakerError, BreakerState, CircuitBreaker};
pub use bus::{
    AnyEvent, Bus, DeadCause, DeadEvent, Event, EventStream, IntoOutcome, PublishError, Retry, Start,
    Subscribe, SubscribeError, Subscription, TopicSettings, TypeConflict,
};
pub use error::{
    ActorError, AskError, CallError, ChildError, LookupError, Returned, SendError, SpecError, StartError,
    StashFull,
};
pub use exit::ExitReason;
pub use groups::{GroupChanged, GroupMember, Groups};
pub use id::{ActorId, ActorPath, Incarnation, is_valid_name, short_type_name};
pub use kernel::actor::{Actor, Handler, Responder};
pub use kernel::ask::{DeadlineQueue, WaitTarget};
pub use kernel::context::{Context, KeyedTimer, TimerHandle};
pub use kernel::endpoint::{Endpoint, EndpointKey, Parcel, Refusal, RefusalKind, deliver};
pub use kernel::links::Exit;
pub use kernel::options::ActorOptions;
pub use kernel::refs::{ActorRef, AnyActorRef, Inspection, Recipient, WeakActorRef};
pub use kernel::reply::{Answer, ReplyTo};
pub use kernel::request::{DEFAULT_ASK_TIMEOUT, Request};
pub use kernel::snapshot::{ActorSnapshot, ActorState, Handling};
pub use kernel::tell::{DelayedTell, Tell};
pub use kernel::watch::{Terminated, WatchId, Watchable, Watched, Watcher};
pub use machines::{Machine, StateMachine};
pub use mailbox::{Mailbox, OnFull};
pub use message::{Fallible, Message, Plain, ReplyKind};
pub use observe::{DeadLetter, DeadLetterCounts, DeadLetterReason, LifecycleEvent, Topic, TopicReceiver};
pub use requests::Requests;
pub use sched::Executor;
#[doc(hidden)]
pub use supervision::state_of;
pub use supervision::{
    ActorBuilder, AutoShutdown, Backoff, Child, ChildCounts, ChildInfo, ChildKind, ChildSpec, ChildState,
    Children, Directive, DynamicSupervisor, IntoActor, PanicError, Restart, Running, ShutdownPolicy,
    Siblings, Supervisor, SupervisorRef, Tree,
};
pub use system::{
    ActorSystem, ShutdownPhase, ShutdownReport, SystemBuilder, SystemSnapshot, UnheardError, run_main,
};
