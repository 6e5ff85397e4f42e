#![doc = include_str!("../README.md")]

pub use actors_core::*;
pub use actors_macros::{Actor, Event, Message, Supervisor, handler, handlers, main};
#[cfg(feature = "net")]
pub use actors_net::{
    Auth, ConnectError, Export, Limits, Node, NodeBuilder, NodeError, Peer, RemoteLookupError, RemoteMessage,
    RemoteRef,
};

/// Everything a program needs: `use actors::prelude::*;`.
pub mod prelude {
    pub use actors_core::{
        Actor, ActorError, ActorOptions, ActorPath, ActorRef, ActorSystem, AnyActorRef, AnyEvent, AskError,
        AutoShutdown, Backoff, BreakerError, Bus, CallError, ChildCounts, ChildError, ChildInfo, ChildKind,
        ChildSpec, ChildState, Children, CircuitBreaker, Context, DeadEvent, Directive, Event, EventStream,
        Exit, ExitReason, GroupChanged, Groups, Handler, Machine, Mailbox, Message, OnFull, Recipient,
        ReplyTo, Requests, Responder, Restart, Retry, Running, SendError, ShutdownPolicy, Start, StartError,
        StateMachine, Subscription, Supervisor, SupervisorRef, Terminated, TimerHandle,
    };
    pub use actors_macros::{Actor, Event, Message, Supervisor, handler, handlers};
    #[cfg(feature = "net")]
    pub use actors_net::{Auth, Node, Peer, RemoteMessage, RemoteRef};
}

/// What the macros generate refers to this module only. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use actors_core::{
        Actor, ActorError, ActorOptions, ActorRef, ActorSystem, AutoShutdown, Backoff, ChildSpec, Context,
        Event, Fallible, Handler, Mailbox, Message, OnFull, Plain, ReplyKind, ReplyTo, Request, Responder,
        Restart, Running, ShutdownPolicy, StartError, Supervisor, Tree, run_main, state_of,
    };
    pub use serde;

    #[cfg(feature = "net")]
    pub mod net {
        pub use actors_net::{RemoteMessage, RemoteRef};
    }
}

/// The error of an actor and of `main`: any error, or a text.
pub use actors_core::ActorError as Error;

/// What hooks, factories and `main` return: an error of any type converts with `?`.
pub type Result<T, E = Error> = std::result::Result<T, E>;
