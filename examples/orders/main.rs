//! An order business run by actors.
mod books;
mod faults;
mod generator;
mod money;
mod numbers;
mod options;
mod order;
mod report;
mod shelf;
mod table;
fn main() {}
