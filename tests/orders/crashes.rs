//! Crashes and declines: a crash changes no total, a decline changes the same ones in every run.

use crate::exact::Table;
use crate::program::{fixture, northwind, run};

const NODES: [&str; 2] = ["1", "2"];

#[test]
fn crashes_change_no_total() {
    let whole = run(&["--orders", "400", "--nodes", "1"]).summary();
    for nodes in NODES {
        for every in ["2", "3", "7"] {
            let run = run(&["--orders", "400", "--nodes", nodes, "--crash-every", every]);
            let summary = run.summary();
            assert_eq!(summary.business(), whole.business());
            assert!(summary.number("restarts") > 0, "{summary:?}");
        }
    }
}

#[test]
fn a_shop_that_crashes_more_than_it_may_ends_with_a_report_and_not_with_a_summary() {
    for nodes in NODES {
        let limits = ["--crash-every", "2", "--restart-limit", "3"];
        let run = run(&[&["--orders", "5000", "--nodes", nodes], &limits[..]].concat());
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stderr.contains("given up: /shop and everything below it ends"), "{run:?}");
        // Whichever of those that crash has used up its restarts first.
        let named = |child: &str| run.stderr.contains(&format!("because its child \"{child}\""));
        assert!(named("payments") || named("shipping"), "{run:?}");
        assert!(!run.stdout.contains("summary"), "{run:?}");
    }
}

#[test]
fn declines_reject_and_compensate_the_same_orders_in_every_run() {
    let table = Table::read(&fixture());
    for every in [1, 2, 3] {
        let expected = table.expected(true, Some(every));
        let every = every.to_string();
        for nodes in NODES {
            let stocked = ["--data", &fixture(), "--stock", "--decline-every", &every, "--nodes", nodes];
            run(&stocked).summary().assert_is(&expected);
            run(&[&stocked[..], &["--crash-every", "2"]].concat()).summary().assert_is(&expected);
        }
    }
}

#[test]
fn northwind_survives_crashes_and_declines() {
    let Some(northwind) = northwind() else { return };
    let table = Table::read(&northwind);
    for (nodes, stock) in [("1", false), ("2", false), ("1", true), ("2", true)] {
        let expected = table.expected(stock, Some(10));
        let mut arguments = vec!["--data", &northwind, "--decline-every", "10", "--nodes", nodes];
        arguments.extend(stock.then_some("--stock"));
        arguments.extend(["--crash-every", "7"]);
        let summary = run(&arguments).summary();
        summary.assert_is(&expected);
        assert!(summary.number("restarts") > 0, "{summary:?}");
    }
}
