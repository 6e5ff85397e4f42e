//! References: to an actor ([`ActorRef`]), to one of whatever type ([`AnyActorRef`]), to one that they do not keep alive
//! ([`WeakActorRef`]), to whatever takes one message ([`Recipient`]).

mod actor_ref;
mod any_actor_ref;
mod insight;
mod recipient;
mod weak;

pub use actor_ref::ActorRef;
pub use any_actor_ref::AnyActorRef;
pub use insight::Inspection;
pub use recipient::Recipient;
pub use weak::WeakActorRef;
