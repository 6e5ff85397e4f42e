//! What the macros accept, and what they say about what they refuse.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test --test macros`, and read the difference.

use trybuild::TestCases;

#[test]
fn accepted() {
    TestCases::new().pass("tests/macros/pass/*.rs");
}

#[test]
fn refused() {
    TestCases::new().compile_fail("tests/macros/fail/*.rs");
}

#[test]
fn events() {
    let cases = TestCases::new();
    cases.pass("tests/macros/pass/bus/*.rs");
    cases.compile_fail("tests/macros/fail/bus/*.rs");
}

#[test]
fn supervisors() {
    let cases = TestCases::new();
    cases.pass("tests/macros/pass/supervisor/*.rs");
    cases.compile_fail("tests/macros/fail/supervisor/*.rs");
}

#[test]
#[cfg(feature = "net")]
fn between_nodes() {
    TestCases::new().pass("tests/macros/pass/net/*.rs");
}
