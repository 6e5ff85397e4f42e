//! The rules of the house that a program can check. Each failure names the file, the line and the rule.

mod documents;
mod rules;
mod sources;

use sources::{Source, sources};

/// Fails with every violation at once.
#[track_caller]
fn assert_none(violations: Vec<String>) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

fn check(under: &str, rule: impl Fn(&Source) -> Vec<String>) {
    let sources = sources(under);
    assert!(!sources.is_empty(), "nothing was looked at under {under}");
    assert_none(sources.iter().flat_map(rule).collect());
}

#[test]
fn lower_layers_of_the_core_never_import_higher_ones() {
    check("actors-core/src", rules::layers);
}

#[test]
fn the_testkit_imports_public_items_only() {
    check("actors-core/src/testkit", rules::imports_public_items_only);
}

#[test]
fn the_core_knows_no_sockets_files_or_formats() {
    let words = ["serde", "bincode", "std::net", "tokio::net", "std::fs", "tokio::fs"];
    check("actors-core/src", |source| rules::names_none_of(source, &words));
}

#[test]
fn the_net_knows_no_disk() {
    check("actors-net/src", |source| rules::names_none_of(source, &["std::fs", "tokio::fs"]));
}

#[test]
fn each_driver_has_its_place() {
    for (driver, places) in [
        ("dashmap::", &["actors-core/src/system/registry.rs", "actors-core/src/bus/"][..]),
        ("crossbeam_channel::", &["actors-core/src/sched/", "actors-core/src/bus/"]),
        ("bincode::", &["actors-net/src/codec/"]),
    ] {
        for crates in ["actors-core/src", "actors-net/src", "src"] {
            check(crates, |source| {
                let at_home = places.iter().any(|place| source.path.starts_with(place));
                if at_home { Vec::new() } else { rules::names_none_of(source, &[driver]) }
            });
        }
    }
}

#[test]
fn only_the_mailbox_and_the_envelope_are_unsafe() {
    // The macros have to name the word to refuse it; their crate forbids the thing.
    for crates in ["actors-core/src", "actors-net/src", "src"] {
        check(crates, rules::is_safe);
    }
}

#[test]
fn there_are_no_globals() {
    for crates in ["actors-core/src", "actors-net/src", "src"] {
        check(crates, rules::has_no_globals);
    }
}

#[test]
fn files_are_short_and_finished() {
    for crates in
        ["actors-core/src", "actors-net/src", "actors-macros/src", "src", "examples", "benches", "tests"]
    {
        check(crates, rules::is_short);
        check(crates, rules::is_finished);
    }
}

#[test]
fn decisions_are_numbered_and_links_lead_somewhere() {
    assert_none(documents::decisions());
    assert_none(documents::dead_links());
}

#[test]
fn the_book_includes_what_exists() {
    assert_none(documents::dead_includes());
}

#[test]
fn what_the_book_says_of_failures_is_tested() {
    assert_none(documents::unproven_rows());
}

#[test]
fn dependencies_say_why() {
    assert_none(documents::unexplained_dependencies());
}
