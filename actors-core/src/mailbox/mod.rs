//! Mailboxes: where messages wait for their actor.
//!
//! ```text
//! senders --offer--> [ urgent | user ] --pop--> actor      bounded by the user lane's policy
//! kernel  --force--> [ system        ] --pop--> actor      accepted when the user lane is full, popped first
//! actor   ---------> [ next, put back] --pop--> actor      what it goes on with; what it had put off
//! ```
//!
//! [`Mailbox`] is what users configure, `Inbox` the mechanism. It is generic over what it holds and knows no actor.

mod answerer;
mod asking;
mod block;
mod blocks;
mod claim;
mod config;
mod course;
mod depot;
mod exchange;
mod home;
mod inbox;
mod item;
#[cfg(all(test, actors_loom))]
mod loom;
#[cfg(all(test, not(actors_loom)))]
mod model;
mod offer;
mod once;
mod outlet;
mod overflow;
mod pool;
mod reader;
mod ready;
mod roll;
mod side;
mod spares;
mod waiting;

pub use config::Mailbox;
pub use overflow::OnFull;

pub(crate) use answerer::{Answerer, AnyAnswerer};
pub(crate) use asking::Asking;
pub(crate) use course::{Course, Wakers};
pub(crate) use exchange::{Question, Terms};
pub(crate) use home::{Home, Upcast, WeakHome};
pub(crate) use inbox::Inbox;
pub(crate) use item::{Item, Lane, Offer};
pub(crate) use once::OnceBox;
pub(crate) use outlet::{Outlet, Private, Release};
pub(crate) use reader::{Front, Reader};
pub(crate) use ready::{Consumer, Ready, home_of, waker_of};
pub(crate) use roll::Roll;
pub(crate) use spares::Spares;
pub(crate) use waiting::Entrance;
