//! Whose turn comes next, by a seed.

use super::random::Random;

/// Chooses among those that are ready. Even seeds choose evenly; odd ones have favourites, which go on for long while others
/// wait: some mistakes show only when one actor falls far behind.
///
/// Favourites are a simple form of what Sebastian Burckhardt and others describe in "A randomized scheduler with
/// probabilistic guarantees of finding bugs", ASPLOS 2010.
#[derive(Debug)]
pub(super) struct Order {
    random: Random,
    taste: Taste,
}

#[derive(Debug)]
enum Taste {
    Even,
    Favourites(Ranks),
}

/// The highest rank goes first.
#[derive(Debug)]
struct Ranks {
    /// By the number of who has them; drawn at random, above all that were lost.
    ranks: Vec<u64>,
    /// How often a rank was lost.
    falls: u64,
    /// One turn in so many costs the favourite its rank.
    steadiness: usize,
}

/// From favourites that fall all the time to some that last longer than most tests.
const STEADINESS: [usize; 4] = [4, 16, 64, 256];

/// The most turns before the rest of the runtime goes on.
const LONGEST_ROUND: u32 = 12;

impl Order {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let taste = if seed.is_multiple_of(2) {
            Taste::Even
        } else {
            let steadiness = STEADINESS[random.below(STEADINESS.len())];
            Taste::Favourites(Ranks { ranks: Vec::new(), falls: 0, steadiness })
        };
        Self { random, taste }
    }

    /// A place in `ready`, which holds numbers of actors and must not be empty.
    pub(super) fn choose(&mut self, ready: &[usize]) -> usize {
        match &mut self.taste {
            Taste::Even => self.random.below(ready.len()),
            Taste::Favourites(ranks) => ranks.choose(ready, &mut self.random),
        }
    }

    /// How many turns come before timers and tasks that are no actors go on: mostly few, seldom many.
    pub(super) fn turns_in_a_row(&mut self) -> u32 {
        1 + self.random.next().trailing_zeros().min(LONGEST_ROUND - 1)
    }
}

impl Ranks {
    fn choose(&mut self, ready: &[usize], random: &mut Random) -> usize {
        const LOWEST_DRAWN: u64 = 1 << 63;
        let highest = ready.iter().copied().max().unwrap_or_default();
        while self.ranks.len() <= highest {
            self.ranks.push(random.next() | LOWEST_DRAWN);
        }
        let favourite = (0..ready.len()).max_by_key(|&at| self.ranks[ready[at]]).unwrap_or_default();
        if random.below(self.steadiness) == 0 {
            self.falls += 1;
            self.ranks[ready[favourite]] = LOWEST_DRAWN - self.falls;
        }
        favourite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(seed: u64) -> Vec<usize> {
        let mut order = Order::new(seed);
        (0..5_000).map(|_| order.choose(&[4, 2, 7])).collect()
    }

    fn longest_run(choices: &[usize]) -> usize {
        choices.chunk_by(|one, next| one == next).map(<[usize]>::len).max().unwrap_or_default()
    }

    #[test]
    fn a_seed_always_chooses_the_same() {
        for seed in 0..10 {
            assert_eq!(choices(seed), choices(seed));
            assert_ne!(choices(seed), choices(seed + 2));
        }
    }

    #[test]
    fn everybody_has_a_turn_with_every_seed() {
        for seed in 0..50 {
            let choices = choices(seed);
            assert!((0..3).all(|place| choices.contains(&place)), "seed {seed}: {choices:?}");
        }
    }

    #[test]
    fn odd_seeds_have_favourites() {
        assert!((0..10).all(|seed| longest_run(&choices(2 * seed)) < 20));
        assert!((0..10).all(|seed| longest_run(&choices(2 * seed + 1)) > 20));
    }

    #[test]
    fn a_round_has_an_end() {
        let mut order = Order::new(3);
        let rounds: Vec<_> = (0..1_000).map(|_| order.turns_in_a_row()).collect();
        assert!(rounds.iter().all(|turns| (1..=LONGEST_ROUND).contains(turns)));
        assert!(rounds.contains(&1) && rounds.iter().any(|&turns| turns > 6));
    }
}
