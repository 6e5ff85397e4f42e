//! The totals of tables and of generated orders, without faults.

use crate::exact::Table;
use crate::program::{fixture, northwind, run};

#[test]
fn a_table_is_sold_exactly() {
    let expected = Table::read(&fixture()).expected(false, None);
    assert_eq!((expected.orders, expected.shipped, &*expected.revenue), (8, 8, "1171.47"));
    for nodes in ["1", "2"] {
        let summary = run(&["--data", &fixture(), "--nodes", nodes]).summary();
        summary.assert_is(&expected);
        assert_eq!(summary.number("restarts"), 0);
    }
}

#[test]
fn stock_is_given_out_in_the_order_of_the_table() {
    let expected = Table::read(&fixture()).expected(true, None);
    assert!(expected.rejected > 0 && expected.shipped > 0, "{expected:?}");
    for _ in 0..3 {
        run(&["--data", &fixture(), "--stock", "--nodes", "1"]).summary().assert_is(&expected);
    }
}

#[test]
fn northwind_is_sold_exactly() {
    let Some(northwind) = northwind() else { return };
    let table = Table::read(&northwind);
    let expected = table.expected(false, None);
    assert_eq!((expected.orders, expected.lines), (830, 2_155));
    run(&["--data", &northwind]).summary().assert_is(&expected);
    run(&["--data", &northwind, "--stock", "--nodes", "1"]).summary().assert_is(&table.expected(true, None));
}

#[test]
fn the_report_has_a_row_for_each_country_and_category() {
    let run = run(&["--data", &fixture(), "--nodes", "1"]);
    let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let row =
        |name: &str| rows.iter().find(|row| row.first() == Some(&name)).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(row("Germany")[1..4], ["3", "0", "0"]);
    assert_eq!(row("unknown")[1..], ["1", "0", "0", "41.25"]);
    assert_eq!(row("Oliven")[1..], ["2", "65", "27.00"]);
    assert_eq!(row("Käse")[1], "6");
    assert!(run.stdout.contains("orders/s"), "{}", run.stdout);
}

#[test]
fn generated_orders_are_the_same_for_the_same_seed() {
    let generated = |seed| run(&["--orders", "300", "--seed", seed, "--nodes", "1"]).summary();
    let first = generated("5");
    first.assert_adds_up();
    assert_eq!(first.number("orders"), 300);
    assert_eq!(first, generated("5"));
    assert_ne!(first, generated("6"));
}

#[test]
fn no_orders_are_no_trouble() {
    let summary = run(&["--orders", "0"]).summary();
    assert_eq!((summary.number("orders"), summary.text("revenue")), (0, "0.00"));
}
