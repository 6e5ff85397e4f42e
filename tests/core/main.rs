//! The promises of actors, mailboxes, asks and lifecycles, through the public API.

mod api;
mod aside;
mod ask;
mod basics;
mod circles;
mod dead_letters;
mod deadlocks;
mod executor;
mod lanes;
mod lifecycle;
mod mailbox;
mod names;
mod order;
mod overflow;
mod references;
mod restart;
mod shutdown;
mod support;
mod timers;
mod unanswered;
mod waiting;
mod watch;
