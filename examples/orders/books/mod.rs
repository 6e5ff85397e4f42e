//! The books of the business: what was done for every order, and whether it adds up.
//!
//! ```text
//! place ──▶ account (open)  ──▶ ended, and what was booked fits the end ──▶ totals
//! book  ──▶     │
//!               └── still open when the business closes: lost
//! an effect that is booked a second time, on an open account or after its end: duplicated
//! ```
//!
//! An account that ended leaves its share of the totals and one number in a set, so the books stay small
//! however many orders there are.

mod account;
mod totals;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use account::{Booking, Effect, Outcome};
pub(crate) use totals::Totals;

use crate::numbers::Numbers;
use crate::order::{Catalog, Order};
use account::Account;

#[derive(Debug)]
pub(crate) struct Books {
    open: HashMap<u64, Account>,
    ended: Numbers,
    duplicated: u64,
    totals: Totals,
}

/// What does not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Audit {
    /// Orders without an end, or with an end that their bookings do not bear out.
    pub(crate) lost: u64,
    /// Effects that took place more than once.
    pub(crate) duplicated: u64,
}

impl Books {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        let totals = Totals::new(catalog);
        Self { open: HashMap::new(), ended: Numbers::default(), duplicated: 0, totals }
    }

    /// Opens the account of an order. Bookings from other services may have come before it.
    pub(crate) fn place(&mut self, order: Arc<Order>) {
        let number = order.number;
        self.on_account(number, |account| account.place(order));
    }

    pub(crate) fn book(&mut self, booking: Booking) {
        self.on_account(booking.number, |account| account.book(booking.effect));
    }

    fn on_account(&mut self, number: u64, entry: impl FnOnce(&mut Account) -> bool) {
        if self.ended.contains(number) {
            self.duplicated += 1;
            return;
        }
        let account = self.open.entry(number).or_default();
        if !entry(account) {
            self.duplicated += 1;
        } else if let Some((order, outcome)) = account.closed() {
            self.totals.add(&order, outcome);
            self.open.remove(&number);
            self.ended.insert(number);
        }
    }

    /// Whether the shipment of an order that has not ended is in the books.
    pub(crate) fn has_shipped(&self, number: u64) -> bool {
        self.open.get(&number).is_some_and(Account::has_shipped)
    }

    /// The effects booked for orders that have not ended: all that a restarted service must remember.
    pub(crate) fn open_effects(&self) -> impl Iterator<Item = Booking> + '_ {
        let bookings = |(number, account): (&u64, &Account)| {
            let number = *number;
            account.effects().into_iter().map(move |effect| Booking { number, effect })
        };
        self.open.iter().flat_map(bookings)
    }

    /// How many orders have ended with books that add up.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.len()
    }

    /// The number up to which all orders have ended so.
    pub(crate) fn ended_up_to(&self) -> u64 {
        self.ended.mark()
    }

    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Compares the books with the number of orders that were placed.
    pub(crate) fn audit(&self, placed: u64) -> Audit {
        let missing = placed.saturating_sub(self.ended.len());
        Audit { lost: missing.max(self.open.len() as u64), duplicated: self.duplicated }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::generator;

    fn books() -> Books {
        Books::new(Arc::new(generator::catalog(10)))
    }

    fn orders(count: usize) -> Vec<Arc<Order>> {
        generator::Orders::new(1).take(count).map(Arc::new).collect()
    }

    /// What is booked on the way to `outcome`.
    fn way(order: &Order, outcome: Outcome) -> Vec<Effect> {
        let demand = order.demand();
        let reserved = demand.iter().map(|(&product, &quantity)| Effect::Reserved { product, quantity });
        let released = demand.iter().map(|(&product, &quantity)| Effect::Released { product, quantity });
        let (charged, refunded) =
            (Effect::Charged { amount: order.total }, Effect::Refunded { amount: order.total });
        let end = [Effect::Ended { outcome }];
        match outcome {
            Outcome::Shipped => reserved.chain([charged, Effect::Shipped]).chain(end).collect(),
            Outcome::Rejected => reserved.chain(released).chain(end).collect(),
            Outcome::Compensated => reserved.chain([charged, refunded]).chain(released).chain(end).collect(),
        }
    }

    fn book_all(books: &mut Books, number: u64, effects: impl IntoIterator<Item = Effect>) {
        effects.into_iter().for_each(|effect| books.book(Booking { number, effect }));
    }

    #[test]
    fn every_way_to_an_end_closes_the_account_and_is_added_up() {
        let (mut books, orders) = (books(), orders(3));
        for (order, outcome) in orders.iter().zip([Outcome::Compensated, Outcome::Shipped, Outcome::Rejected])
        {
            books.place(Arc::clone(order));
            book_all(&mut books, order.number, way(order, outcome));
        }
        assert_eq!(books.audit(3), Audit { lost: 0, duplicated: 0 });
        let totals = books.totals();
        assert_eq!(
            (totals.orders(), totals.shipped(), totals.rejected(), totals.compensated()),
            (3, 1, 1, 1)
        );
        let [compensated, shipped] = [&orders[0], &orders[1]].map(|order| {
            let mut total = crate::money::Total::default();
            total.add(order.total);
            total
        });
        assert_eq!((totals.revenue(), totals.refunded()), (shipped, compensated));
        assert!(books.open.is_empty());
    }

    #[test]
    fn bookings_may_come_in_any_order() {
        let (mut books, orders) = (books(), orders(1));
        let mut effects = way(&orders[0], Outcome::Compensated);
        effects.reverse();
        book_all(&mut books, 1, effects);
        assert_eq!(books.audit(1), Audit { lost: 1, duplicated: 0 });
        books.place(Arc::clone(&orders[0]));
        assert_eq!(books.audit(1), Audit { lost: 0, duplicated: 0 });
    }

    #[test]
    fn an_order_without_one_of_its_effects_is_lost() {
        for outcome in [Outcome::Shipped, Outcome::Compensated] {
            let order = &orders(1)[0];
            for missing in way(order, outcome) {
                let mut books = books();
                books.place(Arc::clone(order));
                book_all(&mut books, 1, way(order, outcome).into_iter().filter(|effect| *effect != missing));
                assert_eq!(books.audit(1), Audit { lost: 1, duplicated: 0 }, "without {missing:?}");
            }
        }
        assert_eq!(books().audit(4), Audit { lost: 4, duplicated: 0 });
    }

    #[test]
    fn a_wrong_amount_leaves_the_order_lost() {
        let (mut books, orders) = (books(), orders(1));
        books.place(Arc::clone(&orders[0]));
        let cheaper = way(&orders[0], Outcome::Shipped).into_iter().map(|effect| match effect {
            Effect::Charged { amount } => Effect::Charged { amount: amount - Decimal::new(1, 2) },
            other => other,
        });
        book_all(&mut books, 1, cheaper);
        assert_eq!(books.audit(1).lost, 1);
    }

    #[test]
    fn an_effect_that_takes_place_twice_is_counted_before_and_after_the_end() {
        let order = &orders(1)[0];
        for twice in way(order, Outcome::Shipped) {
            let mut books = books();
            books.place(Arc::clone(order));
            if !matches!(twice, Effect::Ended { .. }) {
                books.book(Booking { number: 1, effect: twice.clone() });
            }
            book_all(&mut books, 1, way(order, Outcome::Shipped));
            let before = u64::from(!matches!(twice, Effect::Ended { .. }));
            assert_eq!(books.audit(1), Audit { lost: 0, duplicated: before }, "{twice:?}");
            books.book(Booking { number: 1, effect: twice });
            assert_eq!(books.audit(1), Audit { lost: 0, duplicated: before + 1 });
            books.place(Arc::clone(order));
            assert_eq!(books.audit(1).duplicated, before + 2);
        }
    }

    #[test]
    fn what_is_to_be_remembered_is_forgotten_at_the_end() {
        let (mut books, orders) = (books(), orders(1));
        books.place(Arc::clone(&orders[0]));
        let mut effects = way(&orders[0], Outcome::Shipped);
        let end = effects.pop().unwrap();
        book_all(&mut books, 1, effects.clone());
        let mut open: Vec<Booking> = books.open_effects().collect();
        for effect in effects {
            let booking = Booking { number: 1, effect };
            let at = open.iter().position(|found| *found == booking).expect("it was booked");
            open.swap_remove(at);
        }
        assert_eq!((open, books.has_shipped(1)), (vec![], true));
        books.book(Booking { number: 1, effect: end });
        assert_eq!(books.open_effects().count(), 0);
    }
}
