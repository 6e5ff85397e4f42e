//! What the totals must be, worked out one order after another in whole numbers, without the example's code.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Digits after the point that every amount of these tables has at most.
const SCALE: u32 = 9;

pub(crate) struct Table {
    /// In the order of the table.
    orders: Vec<(String, Vec<Line>)>,
    stock: HashMap<String, u128>,
}

struct Line {
    product: String,
    quantity: u128,
    /// In units of 10^-SCALE.
    amount: u128,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expected {
    pub(crate) orders: u64,
    pub(crate) lines: u64,
    pub(crate) shipped: u64,
    pub(crate) rejected: u64,
    pub(crate) compensated: u64,
    pub(crate) revenue: String,
    pub(crate) refunded: String,
}

impl Table {
    /// Reads the numbers only: they stand in the first columns, before any text with commas in it.
    pub(crate) fn read(directory: &str) -> Self {
        let rows = |file: &str| -> Vec<Vec<String>> {
            let text = std::fs::read_to_string(Path::new(directory).join(file)).expect("the table is there");
            text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
        };
        let mut lines = BTreeMap::<String, Vec<Line>>::new();
        for row in rows("order-details.csv") {
            let [order, product, price, quantity, discount] = &row[..] else { panic!("{row:?}") };
            let discount = if discount == "NULL" { 0 } else { fixed(discount, 3) };
            let quantity: u128 = quantity.parse().expect("a quantity");
            let amount = fixed(price, 3) * quantity * (1_000 - discount) * 10_u128.pow(SCALE - 6);
            let line = Line { product: product.clone(), quantity, amount };
            lines.entry(order.clone()).or_default().push(line);
        }
        let ids = rows("orders.csv").into_iter().map(|row| row[0].clone());
        let orders = ids.filter_map(|id| lines.remove(&id).map(|lines| (id, lines))).collect();
        // The stock is counted from the right: names of products may have commas.
        let header =
            std::fs::read_to_string(Path::new(directory).join("products.csv")).expect("the table is there");
        let header: Vec<&str> = header.lines().next().expect("a header").split(',').collect();
        let column = header.len() - header.iter().position(|name| *name == "unitsInStock").expect("a column");
        let stock = rows("products.csv").into_iter();
        let stock = stock.map(|row| (row[0].clone(), row[row.len() - column].parse().expect("a stock")));
        Self { orders, stock: stock.collect() }
    }

    /// The ends of all orders if they come one after another; every `decline_every`-th is declined, by payments
    /// and by shipping in turn.
    pub(crate) fn expected(&self, limited: bool, decline_every: Option<u64>) -> Expected {
        let mut stock = self.stock.clone();
        let (mut revenue, mut refunded) = (0, 0);
        let mut expected = Expected::default();
        for (number, (_, lines)) in (1_u64..).zip(&self.orders) {
            expected.orders += 1;
            expected.lines += lines.len() as u64;
            let total: u128 = lines.iter().map(|line| line.amount).sum();
            let turn = decline_every.filter(|every| number % every == 0).map(|every| number / every % 2);
            let mut wanted = HashMap::<&str, u128>::new();
            lines.iter().for_each(|line| *wanted.entry(&line.product).or_default() += line.quantity);
            if limited && wanted.iter().any(|(product, quantity)| stock[*product] < *quantity)
                || turn == Some(1)
            {
                expected.rejected += 1;
            } else if turn == Some(0) {
                expected.compensated += 1;
                refunded += total;
            } else {
                expected.shipped += 1;
                revenue += total;
                for (product, quantity) in wanted {
                    let left = stock.get_mut(product).expect("it is a product");
                    *left = left.saturating_sub(quantity);
                }
            }
        }
        Expected { revenue: cents(revenue), refunded: cents(refunded), ..expected }
    }
}

/// A decimal text as a whole number of 10^-digits.
fn fixed(text: &str, digits: usize) -> u128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= digits, "{text} has more than {digits} digits");
    format!("{whole}{part:0<digits$}").parse().expect("digits")
}

/// Two decimals, rounded half up.
fn cents(amount: u128) -> String {
    let cent = 10_u128.pow(SCALE - 2);
    let cents = (amount + cent / 2) / cent;
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl crate::program::Summary {
    /// Compares every business total.
    #[track_caller]
    pub(crate) fn assert_is(&self, expected: &Expected) {
        let found = Expected {
            orders: self.number("orders"),
            lines: self.number("lines"),
            shipped: self.number("shipped"),
            rejected: self.number("rejected"),
            compensated: self.number("compensated"),
            revenue: self.text("revenue").to_owned(),
            refunded: self.text("refunded").to_owned(),
        };
        assert_eq!(found, *expected);
        self.assert_adds_up();
    }
}
