//! Bad tables and bad usage: what is wrong is named, and what can be sold is sold.

use crate::program::{Copy, run};

const DETAILS_HEADER: &str = "orderID,productID,unitPrice,quantity,discount\n";

/// A line added to a table, and what is said of it.
struct Bad {
    file: &'static str,
    line: &'static [u8],
    said: [&'static str; 3],
    orders: u64,
}

const BAD: [Bad; 10] = [
    Bad {
        file: "order-details.csv",
        line: b"508,99,1.00,1,0\n",
        said: ["order-details.csv, line 17", "field productID", "no product 99"],
        orders: 7,
    },
    Bad {
        file: "order-details.csv",
        line: b"508,1,1.00,-3,0\n",
        said: ["order-details.csv, line 17", "field quantity", "`-3` is negative"],
        orders: 7,
    },
    Bad {
        file: "order-details.csv",
        line: b"508,1,one,3,0\n",
        said: ["order-details.csv, line 17", "field unitPrice", "`one` is not a decimal number"],
        orders: 7,
    },
    Bad {
        file: "order-details.csv",
        line: b"508,1,1.00,3,1.5\n",
        said: ["order-details.csv, line 17", "field discount", "`1.5` is more than 1"],
        orders: 7,
    },
    Bad {
        file: "order-details.csv",
        line: b"508,1,1.00\n",
        said: ["order-details.csv, line 17", "field quantity", "malformed line: 3 fields"],
        orders: 7,
    },
    Bad {
        file: "order-details.csv",
        line: b"777,1,1.00,1,0\n",
        said: ["order-details.csv, line 17", "field orderID", "no order 777"],
        orders: 8,
    },
    Bad {
        file: "orders.csv",
        line: b"501,HALLE,,,,,,,Germany\n",
        said: ["orders.csv, line 11", "field orderID", "order 501 is in the table already"],
        orders: 8,
    },
    Bad {
        file: "orders.csv",
        line: b"509,HALLE,,,,,,,Germany\n",
        said: ["orders.csv, line 11", "field orderID", "no order lines"],
        orders: 8,
    },
    Bad {
        file: "orders.csv",
        line: b"509,\"HALLE,,,,,,,Germany\n",
        said: ["orders.csv, line 11", "field customerID", "a quote is never closed"],
        orders: 8,
    },
    Bad {
        file: "orders.csv",
        line: b"509,M\xfcller,,,,,,,Germany\n",
        said: ["orders.csv, line 11", "field customerID", "malformed line: not UTF-8"],
        orders: 8,
    },
];

#[test]
fn a_bad_line_is_named_and_its_order_is_counted_and_skipped() {
    for (number, Bad { file, line, said, orders }) in BAD.iter().enumerate() {
        let copy = Copy::new(&format!("bad-{number}"));
        copy.append(file, line);
        let run = run(&["--data", copy.path(), "--nodes", "1"]);
        let summary = run.summary();
        summary.assert_adds_up();
        assert_eq!(summary.number("orders"), *orders, "{}", run.stderr);
        let complaint = run.stderr.lines().find(|line| said.iter().all(|words| line.contains(words)));
        assert!(complaint.is_some(), "{said:?} is not said: {}", run.stderr);
        let skipped = if said[2].contains("no order 777") { "1 stray order lines" } else { "1 bad orders" };
        assert!(run.stdout.contains(skipped), "{}", run.stdout);
    }
}

#[test]
fn several_bad_lines_of_one_order_are_one_bad_order() {
    let copy = Copy::new("several");
    copy.append("order-details.csv", b"508,99,1,1,0\n508,1,1,-1,0\n507,1,x,1,0\n");
    let run = run(&["--data", copy.path(), "--nodes", "1"]);
    assert_eq!(run.summary().number("orders"), 6);
    assert!(run.stdout.contains("2 bad orders"), "{}", run.stdout);
    assert_eq!(run.stderr.lines().filter(|line| line.contains("order-details.csv, line")).count(), 3);
}

#[test]
fn a_table_that_cannot_be_read_is_named() {
    let copy = Copy::new("unreadable");
    let nowhere = copy.0.join("nowhere");
    let cases: [(&str, &dyn Fn()); 3] = [
        ("order-details.csv: cannot be read", &|| {
            std::fs::remove_file(copy.0.join("order-details.csv")).expect("it is there");
        }),
        ("order-details.csv: cannot be read", &|| {
            std::fs::create_dir(copy.0.join("order-details.csv")).expect("it can be made");
        }),
        ("products.csv, line 1, field productID", &|| {
            std::fs::remove_dir(copy.0.join("order-details.csv")).expect("it is there");
            std::fs::write(copy.0.join("order-details.csv"), DETAILS_HEADER).expect("it can be written");
            std::fs::write(copy.0.join("products.csv"), "id,name\n").expect("it can be written");
        }),
    ];
    let missing = run(&["--data", nowhere.to_str().expect("text")]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("nowhere"), "{}", missing.stderr);
    for (said, spoil) in cases {
        spoil();
        let run = run(&["--data", copy.path()]);
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{said} is not said: {}", run.stderr);
    }
}

#[test]
fn bad_usage_ends_with_two() {
    let cases: [&[&str]; 8] = [
        &["--nodes", "3"],
        &["--nodes", "none"],
        &["--crash-every", "0"],
        &["--crash-every", "1"],
        &["--decline-every", "0"],
        &["--orders", "-5"],
        &["--orders", "5", "--data", "."],
        &["--no-such-option"],
    ];
    for arguments in cases {
        let run = run(arguments);
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.contains(arguments[0]), "{}", run.stderr);
    }
}

#[test]
fn help_is_no_mistake() {
    let run = run(&["--help"]);
    assert_eq!(run.code, Some(0));
    for option in ["--data", "--orders", "--seed", "--stock", "--crash-every", "--decline-every", "--nodes"] {
        assert!(run.stdout.contains(option), "{option} is not in the help");
    }
}
