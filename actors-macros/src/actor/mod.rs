//! `#[derive(Actor)]`: an actor without hooks, its options read from `#[actor(…)]`.

mod attr;
mod expand;

pub(crate) use self::expand::derive;
