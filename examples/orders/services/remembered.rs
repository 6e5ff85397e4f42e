//! What a service has done for the orders on their way, so that asking again does nothing again.

use std::collections::BTreeSet;

/// Steps already taken, by order number. Forgets all orders below the oldest on its way.
#[derive(Debug)]
pub(super) struct Remembered<Step> {
    floor: u64,
    taken: BTreeSet<(u64, Step)>,
}

impl<Step: Ord + Copy> Remembered<Step> {
    /// `floor` is the oldest order that may still be on its way.
    pub(super) fn new(floor: u64, taken: impl IntoIterator<Item = (u64, Step)>) -> Self {
        Self { floor, taken: taken.into_iter().collect() }
    }

    /// Whether order `number` is still on its way. A request can outlive its order: it was repeated because it
    /// seemed lost, and comes when nothing of the order is remembered any more.
    pub(super) fn is_open(&mut self, number: u64, floor: u64) -> bool {
        if floor > self.floor {
            self.floor = floor;
            while self.taken.first().is_some_and(|(number, _)| *number < floor) {
                self.taken.pop_first();
            }
        }
        number >= self.floor
    }

    pub(super) fn contains(&self, number: u64, step: Step) -> bool {
        self.taken.contains(&(number, step))
    }

    pub(super) fn insert(&mut self, number: u64, step: Step) {
        self.taken.insert((number, step));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_remembered_while_their_order_is_on_its_way() {
        let mut remembered = Remembered::new(3, [(3, 'a'), (4, 'a')]);
        remembered.insert(4, 'b');
        assert!(remembered.is_open(4, 3) && !remembered.is_open(2, 3));
        assert!(remembered.contains(3, 'a') && !remembered.contains(3, 'b'));
        assert!(remembered.is_open(4, 4) && !remembered.is_open(3, 1));
        assert!(remembered.contains(4, 'b') && !remembered.contains(3, 'a'));
    }
}
