//! Invented orders: the same seed gives the same orders, one at a time, however many there are.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::order::{Catalog, Line, Order, Product, ProductId};

const CATEGORIES: [&str; 6] = ["Garden", "Kitchen", "Books", "Bicycles", "Music", "Café"];
const COUNTRIES: [&str; 12] = [
    "Austria",
    "Brazil",
    "Canada",
    "Côte d'Ivoire",
    "Denmark",
    "Finland",
    "France",
    "Ghana",
    "Japan",
    "Kenya",
    "México",
    "Norway",
];
const PRODUCTS: u64 = 100;
const CUSTOMERS: u64 = 500;
const MOST_LINES: u64 = 5;
const MOST_QUANTITY: u64 = 20;
/// Every so many products one is scarce, so that some orders find its shelf empty.
const SCARCE_EVERY: u64 = 25;

/// The products that generated orders name, with a stock made for so many orders.
pub(crate) fn catalog(orders: u64) -> Catalog {
    let expected_demand = u128::from(orders) * u128::from((MOST_LINES + 1) * (MOST_QUANTITY + 1)) / 4;
    let share = u64::try_from(expected_demand / u128::from(PRODUCTS)).unwrap_or(u64::MAX);
    let products = (1..=PRODUCTS).map(|id| {
        let stock = if id % SCARCE_EVERY == 0 { share / 5 * 4 } else { share.saturating_mul(2).max(1_000) };
        (id as ProductId, Product { category: id as usize % CATEGORIES.len(), stock: Some(stock) })
    });
    Catalog { products: products.collect(), categories: CATEGORIES.map(String::from).to_vec() }
}

/// An endless iterator over the orders of one seed: nothing of an order is kept once it is handed out.
pub(crate) struct Orders {
    dice: Dice,
    number: u64,
    customers: Vec<(Arc<str>, Arc<str>)>,
}

impl Orders {
    pub(crate) fn new(seed: u64) -> Self {
        let countries = COUNTRIES.map(Arc::<str>::from);
        let customers = (0..CUSTOMERS).map(|customer| {
            let country = &countries[customer as usize % COUNTRIES.len()];
            (Arc::from(format!("customer {customer}")), Arc::clone(country))
        });
        Self { dice: Dice::new(seed), number: 0, customers: customers.collect() }
    }

    fn line(&mut self) -> Line {
        let product = 1 + self.dice.below(PRODUCTS);
        let quantity = 1 + self.dice.below(MOST_QUANTITY);
        let price = Decimal::new(199 + 37 * product as i64, 2);
        let discount = Decimal::new(5 * self.dice.below(6) as i64, 2);
        Line::new(product as ProductId, quantity as u32, price, discount).expect("these are small numbers")
    }
}

impl Iterator for Orders {
    type Item = Order;

    fn next(&mut self) -> Option<Order> {
        self.number += 1;
        let (customer, country) = self.customers[self.dice.below(CUSTOMERS) as usize].clone();
        let lines = (0..1 + self.dice.below(MOST_LINES)).map(|_| self.line()).collect();
        Order::new(self.number, self.number, customer, country, lines)
    }
}

/// The splitmix64 generator: three lines, and the same numbers on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_orders_again_and_another_seed_others() {
        let first: Vec<Order> = Orders::new(7).take(50).collect();
        assert_eq!(first, Orders::new(7).take(50).collect::<Vec<_>>());
        assert_ne!(first, Orders::new(8).take(50).collect::<Vec<_>>());
    }

    #[test]
    fn orders_are_numbered_without_gaps_and_name_known_products() {
        let catalog = catalog(1_000);
        for (order, number) in Orders::new(1).take(1_000).zip(1..) {
            assert_eq!(order.number, number);
            assert!((1..=MOST_LINES as usize).contains(&order.lines.len()));
            assert!(
                order
                    .lines
                    .iter()
                    .all(|line| line.quantity > 0 && catalog.products.contains_key(&line.product))
            );
        }
    }

    #[test]
    fn some_of_what_is_ordered_is_not_in_stock_and_most_is() {
        let catalog = catalog(5_000);
        let mut demand = std::collections::BTreeMap::<ProductId, u64>::new();
        for line in Orders::new(3).take(5_000).flat_map(|order| order.lines) {
            *demand.entry(line.product).or_default() += u64::from(line.quantity);
        }
        let short = demand.iter().filter(|(id, wanted)| catalog.products[id].stock < Some(**wanted)).count();
        assert!((1..=(PRODUCTS / SCARCE_EVERY) as usize).contains(&short), "{short} products are short");
    }
}
