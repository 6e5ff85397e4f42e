//! `#[derive(Event)]`: the topic and the key, read from `#[event(…)]`.

mod attr;
mod expand;
mod key;

pub(crate) use self::expand::derive;
