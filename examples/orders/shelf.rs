//! The stock of one product, and who may have how much of it.
//!
//! Orders run at the same time, yet who finds the shelf empty must not depend on who was faster: every run
//! has to reject the same orders. So the shelf decides as if orders came one after another by their numbers,
//! and gives an answer as soon as it is certain:
//!
//! ```text
//! granted   enough is left even if all earlier orders keep what they claim
//! denied    too little is left even if all earlier orders give theirs back
//! waiting   it depends on an earlier order that has not ended
//! ```
//!
//! An order claims all it needs before a later order claims anything, and waits for earlier orders only:
//! there is always an order that waits for nobody.

use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Waiting,
    Granted,
    Denied,
}

/// The stock of one product. Holds the claims of orders in flight, no more.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// What is there, claimed or not; `None` never runs out.
    stock: Option<u64>,
    claims: BTreeMap<u64, (u64, Claim)>,
}

/// A claim of order `number` that is now certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) number: u64,
    pub(crate) quantity: u64,
    pub(crate) granted: bool,
}

impl Shelf {
    pub(crate) fn new(stock: Option<u64>) -> Self {
        Self { stock, claims: BTreeMap::new() }
    }

    /// Order `number` needs `quantity`. Claiming again changes nothing.
    #[must_use]
    pub(crate) fn claim(&mut self, number: u64, quantity: u64) -> Vec<Decision> {
        self.claims.entry(number).or_insert((quantity, Claim::Waiting));
        self.decide()
    }

    /// Restores a claim that was granted in an earlier life of the shelf's keeper.
    pub(crate) fn restore(&mut self, number: u64, quantity: u64) {
        self.claims.insert(number, (quantity, Claim::Granted));
    }

    /// Restores that so much was shipped in earlier lives.
    pub(crate) fn take_away(&mut self, quantity: u64) {
        self.stock = self.stock.map(|stock| stock.saturating_sub(quantity));
    }

    /// What was decided on the claim of order `number`, if it is certain yet.
    pub(crate) fn decision(&self, number: u64) -> Option<Decision> {
        let &(quantity, claim) = self.claims.get(&number)?;
        (claim != Claim::Waiting).then_some(Decision { number, quantity, granted: claim == Claim::Granted })
    }

    /// Order `number` has ended and takes what it was granted with it, or gives it back.
    #[must_use]
    pub(crate) fn settle(&mut self, number: u64, taken: bool) -> Vec<Decision> {
        if let (Some((quantity, Claim::Granted)), Some(stock), true) =
            (self.claims.remove(&number), self.stock.as_mut(), taken)
        {
            *stock = stock.saturating_sub(quantity);
        }
        self.decide()
    }

    /// The claims that have become certain, earlier orders first.
    fn decide(&mut self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let mut claimed_earlier = 0_u64;
        for (&number, (quantity, claim)) in &mut self.claims {
            if *claim == Claim::Waiting {
                *claim = verdict(self.stock, claimed_earlier, *quantity);
                if *claim != Claim::Waiting {
                    let granted = *claim == Claim::Granted;
                    decisions.push(Decision { number, quantity: *quantity, granted });
                }
            }
            if *claim != Claim::Denied {
                claimed_earlier = claimed_earlier.saturating_add(*quantity);
            }
        }
        decisions
    }
}

fn verdict(stock: Option<u64>, claimed_earlier: u64, quantity: u64) -> Claim {
    match stock {
        None => Claim::Granted,
        Some(stock) if claimed_earlier.saturating_add(quantity) <= stock => Claim::Granted,
        Some(stock) if quantity > stock => Claim::Denied,
        Some(_) => Claim::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::generator::Dice;

    fn granted(number: u64, quantity: u64) -> Decision {
        Decision { number, quantity, granted: true }
    }

    fn denied(number: u64, quantity: u64) -> Decision {
        Decision { number, quantity, granted: false }
    }

    #[test]
    fn a_claim_waits_only_for_earlier_orders_that_matter() {
        let mut shelf = Shelf::new(Some(10));
        assert_eq!(shelf.claim(1, 6), [granted(1, 6)]);
        assert_eq!(shelf.claim(2, 11), [denied(2, 11)]);
        assert_eq!(shelf.claim(3, 4), [granted(3, 4)]);
        assert_eq!(shelf.claim(4, 5), []);
        assert_eq!(shelf.decision(4), None);
        assert_eq!(shelf.settle(3, true), []);
        assert_eq!(shelf.settle(1, false), [granted(4, 5)]);
        assert_eq!(shelf.claim(4, 5), []);
        assert_eq!(shelf.decision(4), Some(granted(4, 5)));
    }

    #[test]
    fn a_shelf_without_end_grants_everything() {
        let mut shelf = Shelf::new(None);
        assert_eq!(shelf.claim(1, u64::MAX), [granted(1, u64::MAX)]);
        assert_eq!(shelf.claim(2, u64::MAX), [granted(2, u64::MAX)]);
    }

    /// Orders over four scarce products end in a random order, a few of them unshipped: each time the same
    /// ones must be out of stock as when they come strictly one after another.
    #[test]
    fn whatever_the_schedule_the_same_orders_are_out_of_stock() {
        for seed in 0..200 {
            let mut dice = Dice::new(seed);
            let orders: Vec<Vec<(usize, u64)>> = (0..60)
                .map(|_| {
                    let products = (0..4).filter(|_| dice.below(2) == 0).collect::<Vec<_>>();
                    products.into_iter().map(|product| (product, 1 + dice.below(9))).collect()
                })
                .collect();
            let ships: Vec<bool> = orders.iter().map(|_| dice.below(5) > 0).collect();
            assert_eq!(at_once(&orders, &ships, &mut dice), one_by_one(&orders, &ships), "seed {seed}");
        }
    }

    const STOCK: u64 = 60;

    fn one_by_one(orders: &[Vec<(usize, u64)>], ships: &[bool]) -> BTreeSet<usize> {
        let mut stock = [STOCK; 4];
        let mut rejected = BTreeSet::new();
        for (number, order) in orders.iter().enumerate() {
            if order.iter().any(|&(product, quantity)| stock[product] < quantity) {
                rejected.insert(number);
            } else if ships[number] {
                order.iter().for_each(|&(product, quantity)| stock[product] -= quantity);
            }
        }
        rejected
    }

    /// At most seven orders in flight; whichever of them knows all its answers may be the next to end.
    fn at_once(orders: &[Vec<(usize, u64)>], ships: &[bool], dice: &mut Dice) -> BTreeSet<usize> {
        let mut shelves = [(); 4].map(|()| Shelf::new(Some(STOCK)));
        let mut rejected = BTreeSet::new();
        let mut flying = Vec::<usize>::new();
        let mut next = 0;
        while next < orders.len() || !flying.is_empty() {
            if next < orders.len() && flying.len() < 7 && dice.below(2) == 0 {
                for &(product, quantity) in &orders[next] {
                    _ = shelves[product].claim(next as u64, quantity);
                }
                flying.push(next);
                next += 1;
            }
            let answers = |number: usize| {
                let decisions =
                    orders[number].iter().map(|&(product, _)| shelves[product].decision(number as u64));
                decisions.collect::<Option<Vec<_>>>()
            };
            let certain: Vec<usize> = (0..flying.len()).filter(|at| answers(flying[*at]).is_some()).collect();
            assert!(!certain.is_empty() || flying.is_empty(), "every order waits for another");
            if certain.is_empty() {
                continue;
            }
            let number = flying.swap_remove(certain[dice.below(certain.len() as u64) as usize]);
            let granted = answers(number).unwrap().iter().all(|decision| decision.granted);
            if !granted {
                rejected.insert(number);
            }
            for &(product, _) in &orders[number] {
                _ = shelves[product].settle(number as u64, granted && ships[number]);
            }
        }
        rejected
    }
}
