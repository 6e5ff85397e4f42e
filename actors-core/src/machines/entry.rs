//! What is still to be done for the state a machine is in.
//!
//! ```text
//!  Unstarted ── start ──> First ──┐
//!                                 ├── taken ──> Done ── go ──────> Left(old)
//!                   Left, Again ──┘                └─── repeat ──> Again ── go ──> Left(old)
//! ```
//!
//! Until the hook has been called, further changes are one with the change it is to be called for.

/// What the hook of the current state waits for or has done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<S> {
    /// Nobody has started the machine.
    Unstarted,
    /// The hook has been called.
    Done,
    /// The hook is to be called for the first state.
    First,
    /// The hook is to be called again.
    Again,
    /// The hook is to be called for a state that follows this one.
    Left(S),
}

/// Whether a call of the hook has to be arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(super) enum Call {
    Needed,
    Arranged,
}

impl<S> Entry<S> {
    pub(super) fn is_unstarted(&self) -> bool {
        matches!(self, Self::Unstarted)
    }

    pub(super) fn start(&mut self) -> Call {
        *self = Self::First;
        Call::Needed
    }

    /// The machine has gone from `left` to another state.
    pub(super) fn leave(&mut self, left: S) -> Call {
        match self {
            // The state that was left had never been entered: there is nothing to tell of it.
            Self::First | Self::Left(_) => Call::Arranged,
            Self::Again => {
                *self = Self::Left(left);
                Call::Arranged
            }
            Self::Unstarted | Self::Done => {
                *self = Self::Left(left);
                Call::Needed
            }
        }
    }

    pub(super) fn repeat(&mut self) -> Call {
        match self {
            Self::First | Self::Left(_) | Self::Again => Call::Arranged,
            Self::Unstarted | Self::Done => {
                *self = Self::Again;
                Call::Needed
            }
        }
    }

    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_tells_of_all_changes_before_it() {
        let mut entry = Entry::Unstarted;
        assert_eq!(
            (entry.start(), entry.leave('a'), entry.repeat()),
            (Call::Needed, Call::Arranged, Call::Arranged)
        );
        assert_eq!(entry.take(), Entry::First, "'b' is the first state that is entered");
        assert_eq!(
            (entry.leave('b'), entry.leave('c'), entry.repeat()),
            (Call::Needed, Call::Arranged, Call::Arranged)
        );
        assert_eq!(entry.take(), Entry::Left('b'), "'c' was never entered");
        assert_eq!(
            (entry.repeat(), entry.repeat(), entry.leave('d')),
            (Call::Needed, Call::Arranged, Call::Arranged)
        );
        assert_eq!(entry.take(), Entry::Left('d'));
        assert_eq!((entry.repeat(), entry.take(), entry.take()), (Call::Needed, Entry::Again, Entry::Done));
    }
}
