//! The order business, run as a program: what it prints, and that no fault changes a total.

mod crashes;
mod exact;
mod input;
mod node;
mod program;
mod totals;

/// The example's rules, which need no actors, with the unit tests beside them: cargo builds an example either as
/// a program or as its tests, and the tests above need the program.
macro_rules! rules {
    ($($path:literal $name:ident)*) => { $(
        #[path = $path]
        #[allow(dead_code, unused_imports, reason = "the program uses all of it")]
        mod $name;
    )* };
}

rules! {
    "../../examples/orders/books/mod.rs" books
    "../../examples/orders/faults.rs" faults
    "../../examples/orders/generator.rs" generator
    "../../examples/orders/money.rs" money
    "../../examples/orders/numbers.rs" numbers
    "../../examples/orders/options.rs" options
    "../../examples/orders/order.rs" order
    "../../examples/orders/report.rs" report
    "../../examples/orders/services/remembered.rs" remembered
    "../../examples/orders/services/shards.rs" shards
    "../../examples/orders/shelf.rs" shelf
    "../../examples/orders/table/mod.rs" table
    "../../examples/orders/window.rs" window
}
