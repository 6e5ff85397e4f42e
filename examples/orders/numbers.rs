//! A set of order numbers that stays small: nearly all of them lie below one mark.

use std::collections::BTreeSet;

/// Every number from 1 up to a mark, and a few beyond it. Orders end nearly in the order in which they
/// were placed, so the few are bounded by the orders in flight.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    mark: u64,
    beyond: BTreeSet<u64>,
}

impl Numbers {
    /// `false` where `number` was in the set already.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        if self.contains(number) {
            return false;
        }
        self.beyond.insert(number);
        while self.beyond.first() == Some(&(self.mark + 1)) {
            self.beyond.pop_first();
            self.mark += 1;
        }
        true
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        number <= self.mark || self.beyond.contains(&number)
    }

    /// The number up to which, itself included, all are in the set.
    pub(crate) fn mark(&self) -> u64 {
        self.mark
    }

    pub(crate) fn len(&self) -> u64 {
        self.mark + self.beyond.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_moves_when_the_gap_closes() {
        let mut numbers = Numbers::default();
        assert!(numbers.insert(2));
        assert!(numbers.insert(3));
        assert_eq!((numbers.mark(), numbers.len()), (0, 2));
        assert!(numbers.insert(1));
        assert_eq!((numbers.mark(), numbers.len(), numbers.beyond.len()), (3, 3, 0));
        assert!(numbers.contains(2) && !numbers.contains(4));
        assert!(!numbers.insert(2));
    }
}
