//! What is sold, and what is ordered: the words that every service shares.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::money::{exact_product, exact_sum};

pub(crate) type ProductId = u32;

/// One line of an order, with its amount worked out once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) product: ProductId,
    pub(crate) quantity: u32,
    /// Unit price × quantity × (1 − discount), exact.
    pub(crate) amount: Decimal,
}

impl Line {
    /// `None` where the amount has more digits than an exact decimal holds.
    pub(crate) fn new(
        product: ProductId,
        quantity: u32,
        unit_price: Decimal,
        discount: Decimal,
    ) -> Option<Self> {
        let to_pay = exact_sum(Decimal::ONE, -discount)?;
        let amount = exact_product(&[unit_price, Decimal::from(quantity), to_pay])?;
        Some(Self { product, quantity, amount })
    }
}

/// An order as it is placed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    /// The order's place in this run, from 1 without gaps: the idempotency key of every step is made from it.
    pub(crate) number: u64,
    /// The order's name in its table.
    pub(crate) id: u64,
    pub(crate) customer: Arc<str>,
    pub(crate) country: Arc<str>,
    pub(crate) lines: Vec<Line>,
    pub(crate) total: Decimal,
}

impl Order {
    /// `None` where the lines' sum has more digits than an exact decimal holds.
    pub(crate) fn new(
        number: u64,
        id: u64,
        customer: Arc<str>,
        country: Arc<str>,
        lines: Vec<Line>,
    ) -> Option<Self> {
        let total = lines.iter().try_fold(Decimal::ZERO, |sum, line| exact_sum(sum, line.amount))?;
        Some(Self { number, id, customer, country, lines, total })
    }

    /// What the order takes of each product; two lines may name the same one.
    pub(crate) fn demand(&self) -> BTreeMap<ProductId, u64> {
        let mut demand = BTreeMap::new();
        for line in &self.lines {
            *demand.entry(line.product).or_default() += u64::from(line.quantity);
        }
        demand
    }
}

/// A product, as far as selling it needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Product {
    /// The product's category, as an index of [`Catalog::categories`].
    pub(crate) category: usize,
    /// What can be sold; `None` is without end.
    pub(crate) stock: Option<u64>,
}

/// Everything that can be ordered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Catalog {
    pub(crate) products: BTreeMap<ProductId, Product>,
    pub(crate) categories: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_product_are_demanded_together() {
        let line = |product, quantity| Line::new(product, quantity, Decimal::TEN, Decimal::ZERO).unwrap();
        let order =
            Order::new(1, 7, "c".into(), "UK".into(), vec![line(1, 2), line(2, 1), line(1, 3)]).unwrap();
        assert_eq!(order.demand(), BTreeMap::from([(1, 5), (2, 1)]));
        assert_eq!(order.total, Decimal::from(60));
    }

    #[test]
    fn an_order_too_large_to_be_exact_is_refused() {
        let dear = Line::new(1, 1, Decimal::MAX, Decimal::ZERO).unwrap();
        assert_eq!(Order::new(1, 1, "c".into(), "UK".into(), vec![dear.clone(), dear]), None);
    }
}
