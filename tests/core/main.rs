//! The promises of actors, mailboxes, asks and lifecycles, through the public API.

mod basics;
