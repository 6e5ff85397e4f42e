//! Panics in users' code, where they do no harm.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs users' code; a panic becomes its text.
pub(crate) fn contain<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(text_of)
}

/// Drops what may hold users' values, whose `Drop` may panic: nothing else is to suffer from that.
pub(crate) fn drop_quietly<T>(value: T) {
    let _ = contain(|| drop(value));
}

/// What a panic says; one with neither `&str` nor `String` says nothing.
#[cold]
fn text_of(payload: Box<dyn Any + Send>) -> String {
    let text = match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => payload.downcast_ref().cloned().unwrap_or_else(|| "a panic without a message".to_owned()),
    };
    // A payload is a user's value too. One whose `Drop` panics for ever with others of its kind is let be.
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(another);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics with another one when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(Self);
        }
    }

    #[test]
    fn a_payload_that_panics_is_contained_too() {
        assert_eq!(contain(|| std::panic::panic_any(Bomb)), Err("a panic without a message".to_owned()));
        drop_quietly(Bomb);
        assert_eq!(contain(|| panic!("number {}", 1)), Err("number 1".to_owned()));
        assert_eq!(contain(|| 7), Ok(7));
    }
}
