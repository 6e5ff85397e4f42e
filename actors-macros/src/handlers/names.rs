//! Names that a handler or a message cannot have. Each list is part of the public contract.

/// Methods that every reference has, by itself or through traits that are always in scope or often are.
/// They would be called in place of the client's, without a word from the compiler.
const OF_EVERY_REFERENCE: &[&str] = &[
    "ask",
    "tell",
    "try_tell",
    "blocking_tell",
    "blocking_ask",
    "stop",
    "stop_now",
    "kill",
    "suspend",
    "resume",
    "wait",
    "watch",
    "link",
    "id",
    "name",
    "path",
    "is_alive",
    "downgrade",
    "recipient",
    "snapshot",
    "inspect",
    "clone",
    "eq",
    "ne",
    "hash",
    "fmt",
    "borrow",
    "borrow_mut",
    "from",
    "into",
    "try_into",
    "to_owned",
    "type_id",
];

/// Names of every module: a message of this name would hide Rust's own, or one that the handlers need.
const IN_EVERY_MODULE: &[&str] = &[
    // Types and variants of Rust's prelude.
    "Box",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "String",
    "Vec",
    // Its traits.
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Into",
    "IntoIterator",
    "Iterator",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Send",
    "Sized",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    // What signatures of handlers name.
    "Context",
    "ReplyTo",
];

/// Whether every reference has a method of this name.
pub(crate) fn reference_has(method: &str) -> bool {
    OF_EVERY_REFERENCE.contains(&method)
}

/// Whether every module has something of this name that must not be hidden.
pub(crate) fn module_has(message: &str) -> bool {
    IN_EVERY_MODULE.contains(&message)
}
