//! The kernel: an actor, its cell, its life, and the references and requests that reach it.
//!
//! ```text
//! ActorRef ──> Cell { Core, Inbox<Envelope> } <── life: started, one message after another, stopped
//! ```
//!
//! The kernel decides nothing about restarts: a life ends with a reason, a [`custody::Custodian`] says what follows. It
//! knows the system only as a [`host::Host`].

pub(crate) mod actor;
pub(crate) mod any_cell;
pub(crate) mod ask;
pub(crate) mod cell;
pub(crate) mod context;
pub(crate) mod custody;
mod direct;
pub(crate) mod endpoint;
pub(crate) mod envelope;
pub(crate) mod host;
pub(crate) mod launch;
pub(crate) mod life;
pub(crate) mod links;
pub(crate) mod options;
mod orders;
pub(crate) mod pulse;
pub(crate) mod pump;
pub(crate) mod refs;
pub(crate) mod reply;
pub(crate) mod request;
mod seldom;
pub(crate) mod snapshot;
pub(crate) mod task;
pub(crate) mod tell;
pub(crate) mod watch;
