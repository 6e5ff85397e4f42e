//! Identity: which actor, which of its lives, and where it stands in the tree.

use std::fmt;
use std::sync::Arc;

/// Identifies one actor of one system. Stable across restarts, never given out twice by the same system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActorId(pub(crate) u64);

impl ActorId {
    /// An identity from its number. For layers above that number actors elsewhere.
    pub fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number behind the identity; the first actor of a system has 1.
    pub fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({})", self.0)
    }
}

/// Counts the lives of one actor: the first has 0 and each restart adds one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Incarnation(pub(crate) u32);

impl Incarnation {
    /// How many restarts came before this life.
    pub fn as_u32(self) -> u32 {
        self.0
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Where an actor stands: its parents' labels and its own, as in `/shop/catalog`.
///
/// The label is the actor's name or, without one, its type and number (`Counter#7`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ActorPath(Arc<str>);

impl ActorPath {
    pub(crate) fn root(label: impl fmt::Display) -> Self {
        Self(format!("/{label}").into())
    }

    pub(crate) fn child(&self, label: impl fmt::Display) -> Self {
        Self(format!("{self}/{label}").into())
    }

    /// A path from its text. For layers above that name actors elsewhere, as `/node/name`.
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ActorPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ActorPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ActorPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorPath({})", self.0)
    }
}

/// The last segment of a type's path, with its generic arguments: what people call the type, and logs and dead letters too.
pub fn short_type_name<T: ?Sized>() -> &'static str {
    let full = std::any::type_name::<T>();
    // Generic arguments hold `::` of their own, so only the part before them is cut.
    let head = full.split('<').next().unwrap_or(full);
    let start = head.rfind("::").map_or(0, |at| at + 2);
    &full[start..]
}

/// Whether a name may be given to an actor, a node or an export.
pub fn is_valid_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_keep_generic_arguments() {
        assert_eq!(short_type_name::<String>(), "String");
        assert!(short_type_name::<Vec<String>>().starts_with("Vec<"));
    }

    #[test]
    fn names_have_a_grammar() {
        assert!(is_valid_name("orders.eu-1:a_b"));
        for bad in ["", "a b", "ä", "a/b", &"x".repeat(129)] {
            assert!(!is_valid_name(bad), "{bad}");
        }
    }
}
