//! What the macros accept, and what they say about what they refuse.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test --test macros`, and read the difference.

pub mod accepted;

#[test]
fn refused() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/macros/fail/*.rs");
    cases.compile_fail("tests/macros/fail/bus/*.rs");
    cases.compile_fail("tests/macros/fail/supervisor/*.rs");
}
