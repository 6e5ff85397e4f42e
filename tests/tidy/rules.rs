//! Rules about single files, as functions of their text.

use crate::sources::Source;

/// The layers of actors-core, lowest first.
const LAYERS: [&[&str]; 6] = [
    &["id", "message", "error", "exit", "panics", "sync"],
    &["mailbox", "sched", "timer", "observe"],
    &["kernel"],
    &["system"],
    &["supervision", "requests", "machines", "breaker", "bus", "groups"],
    &["testkit"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// What is imported from `crate::…` lies in the same layer or a lower one.
pub(crate) fn layers(source: &Source) -> Vec<String> {
    let inside = source.path.trim_start_matches("actors-core/src/");
    let module = inside.split(['/', '.']).next().unwrap_or_default();
    if module == "lib" {
        // The root of the crate re-exports all layers.
        return Vec::new();
    }
    let Some(own) = layer(module) else {
        return vec![format!("{}: {module} is in no layer", source.path)];
    };
    let mut violations = Vec::new();
    for (number, line) in source.code() {
        for path in line.split("crate::").skip(1) {
            let imported = path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
            if let Some(higher) = imported.filter(|name| layer(name).is_some_and(|other| other > own)) {
                violations.push(format!("{}:{number}: {module} must not import {higher}", source.path));
            }
        }
    }
    violations
}

/// The testkit imports what users can: it could be a crate of its own.
pub(crate) fn imports_public_items_only(source: &Source) -> Vec<String> {
    let modules: Vec<String> = LAYERS.concat().iter().map(|module| format!("crate::{module}")).collect();
    let private: Vec<&str> =
        modules.iter().map(String::as_str).filter(|path| *path != "crate::testkit").collect();
    names_none_of(source, &private)
}

pub(crate) fn names_none_of(source: &Source, words: &[&str]) -> Vec<String> {
    let named = |line: &str| words.iter().find(|word| line.contains(*word)).copied();
    let violation = |(number, line)| named(line).map(|word| format!("{}:{number}: {word}", source.path));
    source.code().filter_map(violation).collect()
}

pub(crate) fn is_safe(source: &Source) -> Vec<String> {
    let places = ["actors-core/src/mailbox/", "actors-core/src/kernel/envelope/"];
    if places.iter().any(|place| source.path.starts_with(place)) {
        return Vec::new();
    }
    let is_unsafe = |line: &str| {
        line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "unsafe")
    };
    let violation = |(number, line)| is_unsafe(line).then(|| format!("{}:{number}: unsafe", source.path));
    source.code().filter_map(violation).collect()
}

/// Statics are constants; what a thread keeps for itself is listed here with the reason.
pub(crate) fn has_no_globals(source: &Source) -> Vec<String> {
    let of_a_thread = [
        // Whether what is dropped was left behind by a dying actor.
        "actors-core/src/kernel/reply.rs",
        // The actor whose handler runs.
        "actors-core/src/kernel/envelope/current.rs",
        // The buffer that handlers share.
        "actors-core/src/kernel/envelope/buffer.rs",
        // The memory that was freed last, and what threads leave for one another.
        "actors-core/src/mailbox/pool.rs",
        // Which task was found to be one of the system's runtime.
        "actors-core/src/kernel/direct/mod.rs",
        // How soon actors of a kind answer.
        "actors-core/src/kernel/direct/ease.rs",
        // Whose turns are on, and who waits in line for his.
        "actors-core/src/sched/chain/chains.rs",
        // Which row it enters.
        "actors-core/src/mailbox/roll.rs",
    ];
    if of_a_thread.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let is_global = |line: &str| {
        let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        line.starts_with("static ") || line.starts_with("thread_local!")
    };
    let violation = |(number, line)| is_global(line).then(|| format!("{}:{number}: a global", source.path));
    source.code().filter_map(violation).collect()
}

pub(crate) fn is_short(source: &Source) -> Vec<String> {
    const MOST_LINES: usize = 420;
    let lines = source.text.lines().count();
    let violation = format!("{}: {lines} lines; split it where its concepts part", source.path);
    if lines > MOST_LINES { vec![violation] } else { Vec::new() }
}

pub(crate) fn is_finished(source: &Source) -> Vec<String> {
    // In pieces, so that this file does not find itself.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ig", "nore"), concat!("dbg", "!(")];
    let mark_in = |line: &str| marks.iter().find(|mark| line.contains(*mark)).copied();
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(at, line)| mark_in(line).map(|mark| format!("{}:{}: {mark}", source.path, at + 1)))
        .collect()
}

#[test]
fn the_rules_find_what_they_are_for() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let upward = source("actors-core/src/mailbox/a.rs", "use crate::kernel::Cell;\n// use crate::system::X;");
    assert_eq!(layers(&upward), ["actors-core/src/mailbox/a.rs:1: mailbox must not import kernel"]);
    assert!(layers(&source("actors-core/src/system/a.rs", "use crate::kernel::Cell;")).is_empty());
    let testkit = |text| source("actors-core/src/testkit/a.rs", text);
    assert_eq!(imports_public_items_only(&testkit("use crate::kernel::Cell;")).len(), 1);
    assert!(
        imports_public_items_only(&testkit("use crate::testkit::Probe;\nuse crate::ActorRef;")).is_empty()
    );
    assert_eq!(is_safe(&source("src/a.rs", "fn f() { unsafe { g() } }")).len(), 1);
    assert!(is_safe(&source("src/a.rs", "#![forbid(unsafe_code)]\n// unsafe")).is_empty());
    assert_eq!(has_no_globals(&source("src/a.rs", "pub static X: u8 = 1;")).len(), 1);
    assert_eq!(names_none_of(&source("src/a.rs", "use serde::Serialize;"), &["serde"]).len(), 1);
    assert_eq!(is_short(&source("src/a.rs", &"x\n".repeat(500))).len(), 1);
}
