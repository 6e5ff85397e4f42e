//! `#[derive(Message)]`: the reply, its kind and the wire name, read from `#[message(…)]`.

mod attr;
mod expand;

pub(crate) use self::expand::{derive, message_impl, remote_impl};
