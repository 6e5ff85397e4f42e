//! Why a call through a breaker gave nothing.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// A call through a [`CircuitBreaker`](crate::CircuitBreaker) that gave no value, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerError<E> {
    /// The call was not made.
    Open {
        /// After so long the breaker may let a call through. Zero: it tries one already, and nobody knows.
        retry_after: Duration,
    },
    /// The call was given up after this time.
    Timeout(Duration),
    /// The call was made and gave this error.
    Failed(E),
}

impl<E> BreakerError<E> {
    /// The error of the call itself, if it was made and gave one.
    pub fn into_failure(self) -> Option<E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Open { .. } | Self::Timeout(_) => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for BreakerError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { retry_after } if retry_after.is_zero() => {
                f.write_str("the circuit breaker tries another call first")
            }
            Self::Open { retry_after } => write!(f, "the circuit breaker is open for {retry_after:?} more"),
            Self::Timeout(after) => write!(f, "the call did not end within {after:?}"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for BreakerError<E> {}
