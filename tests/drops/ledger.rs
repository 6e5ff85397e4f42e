//! Counts drops, one by one.

use std::sync::{Arc, Mutex};

/// How often each token was dropped.
#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Vec<u32>>>);

/// An entry in the ledger: 16 bytes, and each may be dropped once.
pub(super) struct Token {
    ledger: Ledger,
    number: usize,
}

impl Ledger {
    pub(super) fn token(&self) -> Token {
        let mut drops = self.0.lock().unwrap();
        drops.push(0);
        Token { ledger: self.clone(), number: drops.len() - 1 }
    }

    #[track_caller]
    pub(super) fn assert_each_dropped_once(&self, what: &str) {
        let drops = self.0.lock().unwrap();
        assert!(!drops.is_empty(), "nothing was sent");
        let wrong: Vec<_> = drops.iter().enumerate().filter(|(_, count)| **count != 1).collect();
        assert!(wrong.is_empty(), "{what}: of {} tokens (number, drops) {wrong:?}", drops.len());
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.ledger.0.lock().unwrap()[self.number] += 1;
    }
}

/// What messages and answers are made of.
pub(super) trait Cargo: From<Token> + Send + 'static {}

macro_rules! cargo {
    ($($(#[$attribute:meta])* $name:ident($($padding:ty)?) = $token:ident => $make:expr;)*) => {
        $($(#[$attribute])*
        pub(super) struct $name(#[expect(dead_code, reason = "only dropped")] Token, $(#[expect(dead_code, reason = "only large")] $padding)?);

        impl From<Token> for $name {
            fn from($token: Token) -> Self {
                $make
            }
        }

        impl Cargo for $name {})*
    };
}

cargo! {
    /// Lies in the envelope, with room to spare.
    Small() = token => Self(token);
    /// Needs a box, with room of its own kind.
    #[repr(align(128))]
    Aligned() = token => Self(token);
    /// Its handler's future needs more than the usual buffer.
    Huge([u8; 10_000]) = token => Self(token, [0; 10_000]);
}

/// Panics when dropped, after its token was counted.
pub(super) struct Explosive(Option<Token>);

impl From<Token> for Explosive {
    fn from(token: Token) -> Self {
        Self(Some(token))
    }
}

impl Cargo for Explosive {}

impl Drop for Explosive {
    fn drop(&mut self) {
        drop(self.0.take());
        if !std::thread::panicking() {
            // Without the hook that would print each of many.
            std::panic::resume_unwind(Box::new("in drop"));
        }
    }
}
