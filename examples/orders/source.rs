//! Where the orders of a run come from: a table on disk, or the generator.

use crate::generator;
use crate::options::Options;
use crate::order::{Catalog, Order};
use crate::table::{self, TableError};

pub(crate) struct Source {
    pub(crate) catalog: Catalog,
    pub(crate) count: u64,
    pub(crate) orders: Box<dyn Iterator<Item = Order> + Send>,
    /// What was left out of the table, in words.
    pub(crate) skipped: Option<String>,
}

impl Source {
    /// Says on stderr what is wrong with single rows of a table.
    pub(crate) fn open(options: &Options) -> Result<Self, TableError> {
        let Some(directory) = &options.data else {
            let orders = generator::Orders::new(options.seed);
            let bounded = orders.take(usize::try_from(options.orders).unwrap_or(usize::MAX));
            let catalog = generator::catalog(options.orders);
            return Ok(Self { catalog, count: options.orders, orders: Box::new(bounded), skipped: None });
        };
        let tables = table::load(directory, options.stock, &mut |complaint| eprintln!("{complaint}"))?;
        if tables.mended > 0 {
            eprintln!(
                "{} orders have unquoted commas in their addresses; they are taken as they are",
                tables.mended
            );
        }
        Ok(Self {
            catalog: tables.catalog,
            count: tables.orders.len() as u64,
            orders: Box::new(tables.orders.into_iter()),
            skipped: Some(tables.skipped.to_string()),
        })
    }
}
