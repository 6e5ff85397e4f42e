//! What holds for minutes and for millions: memory follows the bounds, and everything taken is given back.
//!
//! Without an argument each part runs at a small scale, as in the usual test run. The scripts in `.ci/long` run one part
//! at full scale:
//!
//! ```text
//! endurance overload SECONDS [wait|reject|drop_newest|drop_oldest]
//! endurance million ACTORS
//! endurance asks ASKS
//! endurance large MESSAGES
//! ```

mod asks;
mod large;
mod memory;
mod million;
mod overload;

use std::time::Duration;

use actors::OnFull;

use overload::Flood;

const POLICIES: [(&str, OnFull); 4] = [
    ("wait", OnFull::Wait),
    ("reject", OnFull::Reject),
    ("drop_newest", OnFull::DropNewest),
    ("drop_oldest", OnFull::DropOldest),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| -> u64 {
        let text = arguments.get(at).unwrap_or_else(|| panic!("argument {at} is missing: a number"));
        text.parse().unwrap_or_else(|_| panic!("{text} is not a number"))
    };
    match arguments.first().map(String::as_str) {
        Some("overload") => {
            let only = arguments.get(2);
            for (name, policy) in POLICIES {
                if only.is_none_or(|only| only == name) {
                    overload::run(policy, Flood::Lasts(Duration::from_secs(number(1))));
                }
            }
        }
        Some("million") => million::run(number(1)),
        Some("asks") => asks::run(number(1)),
        Some("large") => large::run(number(1)),
        // Whatever else the test runner passes on, such as a filter meant for others.
        _ => {
            for (_, policy) in POLICIES {
                overload::run(policy, Flood::Counts(20_000));
            }
            million::run(2_000);
            asks::run(5_000);
            large::run(20);
        }
    }
}
