//! What all ended orders come to, by country and by category.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::account::Outcome;
use crate::money::Total;
use crate::order::{Catalog, Order, ProductId};

#[derive(Clone, Debug)]
pub(crate) struct Totals {
    catalog: Arc<Catalog>,
    countries: BTreeMap<Arc<str>, Country>,
    categories: Vec<Category>,
    lines: u64,
    refunded: Total,
    taken: BTreeMap<ProductId, u64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Country {
    pub(crate) shipped: u64,
    pub(crate) rejected: u64,
    pub(crate) compensated: u64,
    pub(crate) revenue: Total,
}

/// Shipped order lines only.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Category {
    pub(crate) lines: u64,
    pub(crate) units: u64,
    pub(crate) revenue: Total,
}

impl Totals {
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        let categories = vec![Category::default(); catalog.categories.len()];
        let (countries, taken) = (BTreeMap::new(), BTreeMap::new());
        Self { catalog, countries, categories, lines: 0, refunded: Total::default(), taken }
    }

    pub(super) fn add(&mut self, order: &Order, outcome: Outcome) {
        self.lines += order.lines.len() as u64;
        let country = self.countries.entry(Arc::clone(&order.country)).or_default();
        match outcome {
            Outcome::Shipped => {
                country.shipped += 1;
                country.revenue.add(order.total);
                self.add_lines(order);
            }
            Outcome::Rejected => country.rejected += 1,
            Outcome::Compensated => {
                country.compensated += 1;
                self.refunded.add(order.total);
            }
        }
    }

    fn add_lines(&mut self, order: &Order) {
        for line in &order.lines {
            *self.taken.entry(line.product).or_default() += u64::from(line.quantity);
            let Some(product) = self.catalog.products.get(&line.product) else { continue };
            let category = &mut self.categories[product.category];
            category.lines += 1;
            category.units += u64::from(line.quantity);
            category.revenue.add(line.amount);
        }
    }

    pub(crate) fn countries(&self) -> impl Iterator<Item = (&str, &Country)> {
        self.countries.iter().map(|(name, country)| (&**name, country))
    }

    pub(crate) fn categories(&self) -> impl Iterator<Item = (&str, &Category)> {
        self.catalog.categories.iter().map(String::as_str).zip(&self.categories)
    }

    /// How much of a product was shipped, and so is no longer in stock.
    pub(crate) fn taken(&self, product: ProductId) -> u64 {
        self.taken.get(&product).copied().unwrap_or_default()
    }

    pub(crate) fn orders(&self) -> u64 {
        self.shipped() + self.rejected() + self.compensated()
    }

    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    pub(crate) fn shipped(&self) -> u64 {
        self.countries.values().map(|country| country.shipped).sum()
    }

    pub(crate) fn rejected(&self) -> u64 {
        self.countries.values().map(|country| country.rejected).sum()
    }

    pub(crate) fn compensated(&self) -> u64 {
        self.countries.values().map(|country| country.compensated).sum()
    }

    /// The sum over all shipped order lines.
    pub(crate) fn revenue(&self) -> Total {
        self.countries.values().map(|country| country.revenue).sum()
    }

    pub(crate) fn refunded(&self) -> Total {
        self.refunded
    }
}
