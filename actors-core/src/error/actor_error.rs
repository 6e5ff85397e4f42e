//! The error an actor fails with: any error, cheap to clone, because many watchers are told the same one.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Any error, or a text. `?` converts from every error type; clones share one allocation.
///
/// Like `anyhow::Error` it is not itself a [`std::error::Error`]: that is what lets `?` convert from all of them.
///
/// ```
/// # use actors_core::ActorError;
/// fn port(text: &str) -> Result<u16, ActorError> {
///     if text.is_empty() {
///         return Err(ActorError::msg("no port given"));
///     }
///     Ok(text.parse()?)
/// }
/// assert_eq!(port("").unwrap_err().to_string(), "no port given");
/// assert!(port("x").unwrap_err().downcast_ref::<std::num::ParseIntError>().is_some());
/// ```
#[derive(Clone)]
pub struct ActorError(Repr);

#[derive(Clone)]
enum Repr {
    Error(Arc<dyn Error + Send + Sync + 'static>),
    Text(Arc<str>),
    Ignore,
}

impl ActorError {
    /// An error that is only a text.
    pub fn msg(text: impl fmt::Display) -> Self {
        Self(Repr::Text(text.to_string().into()))
    }

    /// Returned from `started`: the actor does not want to run, and that is no failure. OTP's `ignore`.
    pub fn ignore() -> Self {
        Self(Repr::Ignore)
    }

    /// Whether this is [`ActorError::ignore`].
    pub fn is_ignore(&self) -> bool {
        matches!(self.0, Repr::Ignore)
    }

    /// The error behind it, if it is one of type `E`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match &self.0 {
            Repr::Error(error) => error.downcast_ref(),
            Repr::Text(_) | Repr::Ignore => None,
        }
    }

    /// The error behind it, if it was made from one.
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match &self.0 {
            Repr::Error(error) => Some(&**error),
            Repr::Text(_) | Repr::Ignore => None,
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for ActorError {
    fn from(error: E) -> Self {
        Self(Repr::Error(Arc::new(error)))
    }
}

impl fmt::Display for ActorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Error(error) => error.fmt(f),
            Repr::Text(text) => f.write_str(text),
            Repr::Ignore => f.write_str("the actor chose not to start"),
        }
    }
}

// What `main` prints when it returns the error: the text and the chain of causes, not the structure.
impl fmt::Debug for ActorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source().and_then(|error| error.source());
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
