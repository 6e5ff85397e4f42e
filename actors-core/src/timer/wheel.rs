//! A hierarchical timer wheel: pure, told the time as a number of ticks.
//!
//! ```text
//! level 0   64 slots of 1 tick each     due within the 64 ticks around now
//! level 1   64 slots of 64 ticks        within the 4,096 around now: moved down when their slot begins
//!   …
//! level 10  16 slots of 2^60 ticks      all of 64 bits, so nothing is too far away
//! ```
//!
//! An entry lies in the level of the highest six bits in which its tick differs from now. So a slot never holds entries of
//! two turns, the first occupied slot of the lowest occupied level comes next, and where an entry lies follows from its tick.
//! Setting and removing take constant time; each entry moves down at most ten times.

use super::pages::Pages;

/// Entries that fire in the order of their ticks, those of one tick in the order they were set.
pub(super) struct Wheel<T> {
    now: u64,
    /// As many as some entry was far enough away to need.
    levels: Vec<Level>,
    entries: Pages<Entry<T>>,
    /// What is left of the slot that is being moved down.
    moving: List,
    /// The last tick of that slot.
    moving_to: u64,
}

struct Level {
    /// A bit for each slot that is not empty.
    occupied: u64,
    slots: Box<[List; SLOTS]>,
}

/// Entries in the order they were set.
#[derive(Clone, Copy, PartialEq, Eq)]
struct List {
    first: u32,
    last: u32,
}

struct Entry<T> {
    due: u64,
    stamp: u64,
    before: u32,
    after: u32,
    item: T,
}

const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;
/// No entry.
const NONE: u32 = u32::MAX;
const EMPTY: List = List { first: NONE, last: NONE };

/// What has come due, each with its stamp.
pub(super) type Due<T> = Vec<(u64, T)>;

impl<T> Wheel<T> {
    pub(super) fn new() -> Self {
        Self { now: 0, levels: Vec::new(), entries: Pages::new(), moving: EMPTY, moving_to: 0 }
    }

    /// Sets an entry. `stamp` tells it from others that have had or will have the same place.
    ///
    /// A tick that is over is taken for the present one.
    pub(super) fn insert(&mut self, due: u64, stamp: u64, item: T) -> u32 {
        let due = due.max(self.now);
        let place = self.entries.insert(Entry { due, stamp, before: NONE, after: NONE, item });
        // Behind those of the same tick that have yet to move down.
        if self.moving != EMPTY && due <= self.moving_to {
            self.append(place, |wheel| &mut wheel.moving);
        } else {
            self.append_by_tick(place, due);
        }
        place
    }

    /// Removes the entry at this place, unless it has fired.
    pub(super) fn remove(&mut self, place: u32, stamp: u64) -> Option<T> {
        let entry = self.entries.get(place).filter(|entry| entry.stamp == stamp)?;
        let due = entry.due;
        let is_moving = self.moving.first == place || self.moving.last == place;
        if is_moving {
            return Some(self.unlink(place, |wheel| &mut wheel.moving).item);
        }
        let (level, slot) = self.slot_of(due);
        let entry = self.unlink(place, |wheel| &mut wheel.levels[level].slots[slot]);
        self.note_if_empty(level, slot);
        Some(entry.item)
    }

    /// The next tick at which there is something to do: something fires, or a slot is to be moved down.
    pub(super) fn next(&self) -> Option<u64> {
        if self.moving != EMPTY {
            return Some(self.now);
        }
        self.next_slot().map(|(level, slot)| self.begin_of(level, slot))
    }

    /// Does the next thing that is due at `until`: takes out what fires, or moves what is nearer now to a lower level; of
    /// many entries at most `most`. False if nothing is due.
    pub(super) fn step(&mut self, until: u64, most: usize, due: &mut Due<T>) -> bool {
        if self.moving != EMPTY {
            self.move_down(most);
            return true;
        }
        let next = self.next_slot().map(|(level, slot)| (level, slot, self.begin_of(level, slot)));
        let Some((level, slot, begin)) = next.filter(|&(.., begin)| begin <= until) else {
            self.now = self.now.max(until);
            return false;
        };
        self.now = begin;
        if level == 0 {
            for _ in 0..most {
                let first = self.levels[0].slots[slot].first;
                if first == NONE {
                    break;
                }
                let entry = self.unlink(first, |wheel| &mut wheel.levels[0].slots[slot]);
                due.push((entry.stamp, entry.item));
            }
            self.note_if_empty(0, slot);
        } else {
            self.moving_to = begin | ((1 << (BITS * level as u32)) - 1);
            self.moving = std::mem::replace(&mut self.levels[level].slots[slot], EMPTY);
            self.note_if_empty(level, slot);
            self.move_down(most);
        }
        true
    }

    fn move_down(&mut self, most: usize) {
        for _ in 0..most {
            let first = self.moving.first;
            let Some(entry) = self.entries.get(first) else { return };
            let (due, after) = (entry.due, entry.after);
            self.moving.first = after;
            match self.entries.get_mut(after) {
                Some(after) => after.before = NONE,
                None => self.moving = EMPTY,
            }
            self.append_by_tick(first, due);
        }
    }

    fn append_by_tick(&mut self, place: u32, due: u64) {
        let (level, slot) = self.slot_of(due);
        while self.levels.len() <= level {
            self.levels.push(Level { occupied: 0, slots: Box::new([EMPTY; SLOTS]) });
        }
        self.levels[level].occupied |= 1 << slot;
        self.append(place, |wheel| &mut wheel.levels[level].slots[slot]);
    }

    fn append(&mut self, place: u32, list: impl Fn(&mut Self) -> &mut List) {
        let before = std::mem::replace(&mut list(self).last, place);
        match self.entries.get_mut(before) {
            Some(before) => before.after = place,
            None => list(self).first = place,
        }
        if let Some(entry) = self.entries.get_mut(place) {
            entry.before = before;
            entry.after = NONE;
        }
    }

    /// Takes an entry out of the list it is in and out of its place.
    fn unlink(&mut self, place: u32, list: impl Fn(&mut Self) -> &mut List) -> Entry<T> {
        let entry = self.entries.remove(place).expect("what is in a list has a place");
        match self.entries.get_mut(entry.before) {
            Some(before) => before.after = entry.after,
            None => list(self).first = entry.after,
        }
        match self.entries.get_mut(entry.after) {
            Some(after) => after.before = entry.before,
            None => list(self).last = entry.before,
        }
        entry
    }

    fn note_if_empty(&mut self, level: usize, slot: usize) {
        let level = &mut self.levels[level];
        if level.slots[slot] == EMPTY {
            level.occupied &= !(1 << slot);
        }
    }

    fn slot_of(&self, due: u64) -> (usize, usize) {
        let differing = (self.now ^ due) | (SLOTS as u64 - 1);
        let level = (u64::BITS - 1 - differing.leading_zeros()) / BITS;
        (level as usize, (due >> (BITS * level)) as usize % SLOTS)
    }

    fn next_slot(&self) -> Option<(usize, usize)> {
        let level = self.levels.iter().position(|level| level.occupied != 0)?;
        Some((level, self.levels[level].occupied.trailing_zeros() as usize))
    }

    /// The first tick of a slot.
    fn begin_of(&self, level: usize, slot: usize) -> u64 {
        let shift = BITS * level as u32;
        ((self.now >> shift) & !(SLOTS as u64 - 1) | slot as u64) << shift
    }

    /// How many pages of entries have memory.
    #[cfg(test)]
    pub(super) fn pages(&self) -> usize {
        self.entries.allocated()
    }
}
