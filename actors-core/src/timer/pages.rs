//! Places for values, in pages that are given back when they are empty.

/// Values under numbers that are given out again once they are free.
pub(super) struct Pages<T> {
    pages: Vec<Option<Box<Page<T>>>>,
    /// The pages with a free place. One that was given back counts as full of them.
    roomy: Vec<u32>,
    /// How many pages are kept although they are empty: at most one, so that a single timer that comes and goes does not
    /// cost an allocation each time.
    spare: usize,
}

struct Page<T> {
    /// A bit for each place that is taken.
    taken: u64,
    places: [Option<T>; PLACES as usize],
}

const PLACES: u32 = u64::BITS;

impl<T> Page<T> {
    fn new() -> Box<Self> {
        Box::new(Self { taken: 0, places: [const { None }; PLACES as usize] })
    }
}

impl<T> Pages<T> {
    pub(super) fn new() -> Self {
        Self { pages: Vec::new(), roomy: Vec::new(), spare: 0 }
    }

    /// Puts a value into a free place.
    pub(super) fn insert(&mut self, value: T) -> u32 {
        let number = match self.roomy.last() {
            Some(&number) => number,
            None => {
                assert!(self.pages.len() < (u32::MAX / PLACES) as usize, "four billion timers at once");
                let number = self.pages.len() as u32;
                self.pages.push(None);
                self.roomy.push(number);
                number
            }
        };
        let page = &mut self.pages[number as usize];
        if page.as_ref().is_some_and(|page| page.taken == 0) {
            self.spare -= 1;
        }
        let page = page.get_or_insert_with(Page::new);
        let at = page.taken.trailing_ones();
        page.taken |= 1 << at;
        page.places[at as usize] = Some(value);
        if page.taken == u64::MAX {
            self.roomy.pop();
        }
        number * PLACES + at
    }

    pub(super) fn get(&self, place: u32) -> Option<&T> {
        let page = self.pages.get((place / PLACES) as usize)?.as_ref()?;
        page.places[(place % PLACES) as usize].as_ref()
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        let page = self.pages.get_mut((place / PLACES) as usize)?.as_mut()?;
        page.places[(place % PLACES) as usize].as_mut()
    }

    /// Takes a value out; its place is free again.
    pub(super) fn remove(&mut self, place: u32) -> Option<T> {
        let (number, at) = (place / PLACES, place % PLACES);
        let slot = self.pages.get_mut(number as usize)?;
        let page = slot.as_mut()?;
        let value = page.places[at as usize].take()?;
        if page.taken == u64::MAX {
            self.roomy.push(number);
        }
        page.taken &= !(1 << at);
        if page.taken == 0 {
            if self.spare == 0 {
                self.spare = 1;
            } else {
                *slot = None;
            }
        }
        Some(value)
    }

    /// How many pages have memory.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.pages.iter().flatten().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_used_again_and_empty_pages_given_back() {
        let mut pages = Pages::new();
        let places: Vec<u32> = (0..1_000).map(|number| pages.insert(number)).collect();
        assert_eq!(pages.allocated(), 16);
        for (number, &place) in places.iter().enumerate() {
            assert_eq!(pages.get(place), Some(&number));
            assert_eq!(pages.remove(place), Some(number));
            assert_eq!(pages.remove(place), None);
        }
        assert_eq!(pages.allocated(), 1, "one is kept for the next value");
        let again: Vec<u32> = (0..1_000).map(|number| pages.insert(number)).collect();
        assert!(again.iter().all(|place| places.contains(place)));
        assert_eq!(pages.allocated(), 16);
    }

    #[test]
    fn a_page_is_not_larger_than_its_values() {
        assert_eq!(size_of::<Option<(u64, Box<u8>)>>(), size_of::<(u64, Box<u8>)>());
    }
}
