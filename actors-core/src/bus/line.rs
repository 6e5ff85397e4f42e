//! The order of a subscription's events: first come, first served, and one at a time for each key.

use std::collections::{HashMap, VecDeque};

use super::key::KeyHash;

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
    /// Items that may go, by place.
    ready: VecDeque<Entry<T>>,
    /// For each key that is taken, those behind.
    behind: HashMap<KeyHash, VecDeque<Entry<T>>>,
    /// How many are in `behind`.
    held_up: usize,
    handled: usize,
    /// The keys of those that are handled.
    handled_keys: Vec<KeyHash>,
}

/// An item in the line, or taken from it.
pub(super) struct Entry<T> {
    pub(super) place: u64,
    key: Option<KeyHash>,
    /// Whether it takes part of the room there is for waiting items.
    pub(super) takes_room: bool,
    /// How often it was tried.
    pub(super) attempts: u32,
    pub(super) item: T,
}

impl<T> Line<T> {
    pub(super) fn new(keyed: bool) -> Self {
        let (ready, behind, handled_keys) = Default::default();
        Self { keyed, next_place: 0, ready, behind, held_up: 0, handled: 0, handled_keys }
    }

    /// Appends an item. Its key does not matter if keys do not.
    pub(super) fn push(&mut self, item: T, key: Option<KeyHash>, takes_room: bool) {
        let place = self.next_place;
        self.next_place += 1;
        let key = key.filter(|_| self.keyed);
        let entry = Entry { place, key, takes_room, attempts: 0, item };
        let Some(key) = key else { return self.ready.push_back(entry) };
        if let Some(behind) = self.behind.get_mut(&key) {
            behind.push_back(entry);
            self.held_up += 1;
        } else {
            self.behind.insert(key, VecDeque::new());
            self.ready.push_back(entry);
        }
    }

    /// Takes the oldest item that may go. It is handled until it is [`done`](Self::done) or [put back](Self::put_back).
    pub(super) fn take(&mut self) -> Option<Entry<T>> {
        let entry = self.ready.pop_front()?;
        self.handled += 1;
        self.handled_keys.extend(entry.key);
        Some(entry)
    }

    /// A taken item was handled: the next one of its key may go.
    pub(super) fn done(&mut self, entry: &Entry<T>) {
        self.is_handled_no_more(entry);
        self.free(entry.key);
    }

    /// A taken item was not handled: it waits again, in its old place.
    pub(super) fn put_back(&mut self, entry: Entry<T>) {
        self.is_handled_no_more(&entry);
        self.is_ready(entry);
    }

    /// Removes the oldest waiting item.
    pub(super) fn remove_oldest(&mut self) -> Option<T> {
        // Those behind a ready one are younger than that.
        let first_behind = |key: &KeyHash| Some((self.behind.get(key)?.front()?.place, *key));
        let held_up = self.handled_keys.iter().filter_map(first_behind).min_by_key(|(place, _)| *place);
        let ready = self.ready.front().map(|entry| entry.place);
        if let Some((place, key)) = held_up
            && ready.is_none_or(|ready| place < ready)
        {
            self.held_up -= 1;
            return self.behind.get_mut(&key)?.pop_front().map(|entry| entry.item);
        }
        let entry = self.ready.pop_front()?;
        self.free(entry.key);
        Some(entry.item)
    }

    /// Removes all waiting items, in order.
    pub(super) fn remove_all(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.remove_oldest()).collect()
    }

    pub(super) fn waiting(&self) -> usize {
        self.ready.len() + self.held_up
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether nothing waits and nothing is handled.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting() == 0 && self.handled == 0
    }

    fn is_handled_no_more(&mut self, entry: &Entry<T>) {
        self.handled -= 1;
        if let Some(at) = self.handled_keys.iter().position(|key| Some(*key) == entry.key) {
            self.handled_keys.swap_remove(at);
        }
    }

    fn free(&mut self, key: Option<KeyHash>) {
        let Some(key) = key else { return };
        match self.behind.get_mut(&key).and_then(VecDeque::pop_front) {
            Some(next) => {
                self.held_up -= 1;
                self.is_ready(next);
            }
            None => drop(self.behind.remove(&key)),
        }
    }

    fn is_ready(&mut self, entry: Entry<T>) {
        let at = self.ready.partition_point(|other| other.place < entry.place);
        self.ready.insert(at, entry);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::bus::key::KeyWriter;

    /// A line of items written `key:number`, or `number` without key.
    fn line(items: &[&'static str]) -> Line<&'static str> {
        let mut line = Line::new(true);
        for &item in items {
            line.push(item, item.split_once(':').map(|(name, _)| key(name)), true);
        }
        line
    }

    fn key(name: &str) -> KeyHash {
        let mut writer = KeyWriter::default();
        writer.write_str(name).unwrap();
        writer.finish()
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
        line.done(&first);
        assert_eq!(take(&mut line).item, "a:2");
    }

    #[test]
    fn one_at_a_time_is_the_order_of_publication() {
        let items = ["a:1", "b:2", "a:3", "4", "b:5", "a:6"];
        let mut line = line(&items);
        for item in items {
            let entry = take(&mut line);
            assert_eq!(entry.item, item);
            line.done(&entry);
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
        line.done(&second);
        assert!(line.is_idle() && line.behind.is_empty());
    }

    #[test]
    fn the_oldest_may_stand_behind_one_that_is_handled() {
        let mut line = line(&["a:1", "b:2", "a:3", "4", "b:5"]);
        let (first, second) = (take(&mut line), take(&mut line));
        assert_eq!(line.remove_oldest(), Some("a:3"));
        line.done(&first);
        line.put_back(second);
        assert_eq!([(); 3].map(|()| line.remove_oldest()), [Some("b:2"), Some("4"), Some("b:5")]);
        assert!(line.is_idle() && line.behind.is_empty() && line.handled_keys.is_empty());
    }

    #[test]
    fn keys_do_not_matter_where_they_are_told_not_to() {
        let mut line = Line::new(false);
        for number in 0..3 {
            line.push(number, Some(key("a")), true);
        }
        assert_eq!([0, 1, 2].map(|_| line.take().unwrap().item), [0, 1, 2]);
    }

    #[test]
    fn an_emptied_line_takes_new_items_of_a_key_that_is_handled() {
        let mut line = line(&["a:1", "a:2"]);
        let first = take(&mut line);
        assert_eq!(line.remove_all(), ["a:2"]);
        line.push("a:3", Some(key("a")), true);
        assert!(line.take().is_none());
        line.done(&first);
        assert_eq!(take(&mut line).item, "a:3");
    }
}
