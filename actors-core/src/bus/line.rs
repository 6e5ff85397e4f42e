//! The order of a subscription's events: first come, first served, and one at a time for each key.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// Items in the order they came, of which those with equal keys are handed out one after another.
///
/// ```text
///             ┌─ the first of its key, or without key ─> ready ──take──> handled ──done──> gone
/// push ──> waiting                                        ^  ^              │
///             └─ behind another of its key ───────────────┘  └──put_back────┘
///                          when that one is done
/// ```
///
/// A key is taken while an item of it is ready or handled. Items keep their place when they are put back, and when they
/// become ready: the oldest that may go is always next. So an item that is held up holds up only its key.
pub(super) struct Line<T> {
    /// Whether keys matter.
    keyed: bool,
    next_place: u64,
    waiting: BTreeMap<u64, Entry<T>>,
    /// Places of the waiting items that may go.
    ready: BTreeSet<u64>,
    /// For each key that is taken, the places of those behind, in order.
    behind: HashMap<Arc<str>, VecDeque<u64>>,
    handled: usize,
}

/// An item in the line, or taken from it.
pub(super) struct Entry<T> {
    place: u64,
    key: Option<Arc<str>>,
    /// Whether it took part of the room there is for waiting items.
    pub(super) takes_room: bool,
    /// How often it was tried.
    pub(super) attempts: u32,
    pub(super) item: T,
}

impl<T> Line<T> {
    pub(super) fn new(keyed: bool) -> Self {
        let (waiting, ready, behind) = Default::default();
        Self { keyed, next_place: 0, waiting, ready, behind, handled: 0 }
    }

    /// Appends an item.
    pub(super) fn push(&mut self, item: T, key: Option<Arc<str>>, takes_room: bool) {
        let place = self.next_place;
        self.next_place += 1;
        let key = key.filter(|_| self.keyed);
        match key.as_ref().and_then(|key| self.behind.get_mut(key)) {
            Some(behind) => behind.push_back(place),
            None => {
                if let Some(key) = &key {
                    self.behind.insert(key.clone(), VecDeque::new());
                }
                self.ready.insert(place);
            }
        }
        self.waiting.insert(place, Entry { place, key, takes_room, attempts: 0, item });
    }

    /// Takes the oldest item that may go. It is handled until it is [`done`](Self::done) or [put back](Self::put_back).
    pub(super) fn take(&mut self) -> Option<Entry<T>> {
        let place = self.ready.pop_first()?;
        let entry = self.waiting.remove(&place)?;
        self.handled += 1;
        Some(entry)
    }

    /// A taken item was handled: the next one of its key may go.
    pub(super) fn done(&mut self, entry: Entry<T>) -> T {
        self.handled -= 1;
        self.free(entry.key);
        entry.item
    }

    /// A taken item was not handled: it waits again, in its old place.
    pub(super) fn put_back(&mut self, mut entry: Entry<T>) {
        self.handled -= 1;
        entry.takes_room = false;
        self.ready.insert(entry.place);
        self.waiting.insert(entry.place, entry);
    }

    /// Removes the oldest waiting item.
    pub(super) fn remove_oldest(&mut self) -> Option<T> {
        let (place, entry) = self.waiting.pop_first()?;
        if self.ready.remove(&place) {
            self.free(entry.key);
        } else if let Some(behind) = entry.key.as_ref().and_then(|key| self.behind.get_mut(key)) {
            behind.retain(|&other| other != place);
        }
        Some(entry.item)
    }

    /// Removes all waiting items, in order.
    pub(super) fn remove_all(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.remove_oldest()).collect()
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether nothing waits and nothing is handled.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.handled == 0
    }

    fn free(&mut self, key: Option<Arc<str>>) {
        let Some(key) = key else { return };
        match self.behind.get_mut(&key).and_then(VecDeque::pop_front) {
            Some(next) => drop(self.ready.insert(next)),
            None => drop(self.behind.remove(&key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of items written `key:number`, or `number` without key.
    fn line(items: &[&'static str]) -> Line<&'static str> {
        let mut line = Line::new(true);
        for &item in items {
            line.push(item, item.split_once(':').map(|(key, _)| key.into()), true);
        }
        line
    }

    fn take(line: &mut Line<&'static str>) -> Entry<&'static str> {
        line.take().expect("something is ready")
    }

    #[test]
    fn a_key_goes_one_at_a_time_and_others_pass() {
        let mut line = line(&["a:1", "a:2", "3", "b:4"]);
        let first = take(&mut line);
        assert_eq!(first.item, "a:1");
        let passing = [take(&mut line), take(&mut line)].map(|entry| entry.item);
        assert_eq!(passing, ["3", "b:4"]);
        assert!(!line.has_ready());
        line.done(first);
        assert_eq!(take(&mut line).item, "a:2");
    }

    #[test]
    fn one_at_a_time_is_the_order_of_publication() {
        let items = ["a:1", "b:2", "a:3", "4", "b:5", "a:6"];
        let mut line = line(&items);
        for item in items {
            let entry = take(&mut line);
            assert_eq!(entry.item, item);
            line.done(entry);
        }
        assert!(line.is_idle() && line.behind.is_empty());
    }

    #[test]
    fn what_is_put_back_keeps_its_place_and_its_key() {
        let mut line = line(&["a:1", "a:2", "3"]);
        let first = take(&mut line);
        line.put_back(first);
        assert_eq!(take(&mut line).item, "a:1");
        assert_eq!(take(&mut line).item, "3");
        assert!(line.take().is_none());
    }

    #[test]
    fn dropping_the_oldest_lets_the_next_of_its_key_go() {
        let mut line = line(&["a:1", "a:2", "a:3"]);
        assert_eq!(line.remove_oldest(), Some("a:1"));
        let second = take(&mut line);
        assert_eq!(second.item, "a:2");
        assert_eq!(line.remove_oldest(), Some("a:3"));
        line.done(second);
        assert!(line.is_idle() && line.behind.is_empty());
    }

    #[test]
    fn keys_do_not_matter_where_they_are_told_not_to() {
        let mut line = Line::new(false);
        for number in 0..3 {
            line.push(number, Some("a".into()), true);
        }
        assert_eq!([0, 1, 2].map(|_| line.take().unwrap().item), [0, 1, 2]);
    }

    #[test]
    fn an_emptied_line_takes_new_items_of_a_key_that_is_handled() {
        let mut line = line(&["a:1", "a:2"]);
        let first = take(&mut line);
        assert_eq!(line.remove_all(), ["a:2"]);
        line.push("a:3", Some("a".into()), true);
        assert!(line.take().is_none());
        line.done(first);
        assert_eq!(take(&mut line).item, "a:3");
    }
}
