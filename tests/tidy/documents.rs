//! Rules about what is not code.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::{files, relative, root};

/// Decisions have a number of their own, a title that repeats it, and a status.
pub(crate) fn decisions() -> Vec<String> {
    let (mut violations, mut numbers) = (Vec::new(), BTreeSet::new());
    for file in files(&root().join("docs/adr"), "md") {
        let (name, text) = (relative(&file), fs::read_to_string(&file).expect("documents are text"));
        let number: u32 =
            name.trim_start_matches("docs/adr/").get(..4).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        if number == 0 || !numbers.insert(number) {
            violations.push(format!("{name}: begins with no number, or with another's"));
        }
        if !text.starts_with(&format!("# {number}. ")) {
            violations.push(format!("{name}: the title begins with `# {number}. `"));
        }
        if !text.lines().any(|line| line.starts_with("Status: ")) {
            violations.push(format!("{name}: has no status"));
        }
    }
    violations
}

/// Links to files of the repository lead to files.
pub(crate) fn dead_links() -> Vec<String> {
    let mut violations = Vec::new();
    for file in files(root(), "md") {
        let text = fs::read_to_string(&file).expect("documents are text");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            let is_local = !path.is_empty() && !path.contains("://");
            if is_local && !file.parent().expect("files have folders").join(path).exists() {
                violations.push(format!("{}: {target} leads nowhere", relative(&file)));
            }
        }
    }
    violations
}

/// What the book includes is there: a file, and the part of it between two anchors. It begins a line, because only the
/// first line of what is included would be indented as part of a list.
pub(crate) fn dead_includes() -> Vec<String> {
    let mut violations = Vec::new();
    for file in files(&root().join("docs"), "md") {
        let text = fs::read_to_string(&file).expect("documents are text");
        let indented = text
            .lines()
            .filter(|line| line.trim_start().starts_with("{{#include ") && !line.starts_with('{'));
        violations.extend(indented.map(|line| format!("{}: `{}` is indented", relative(&file), line.trim())));
        for target in text.split("{{#include ").skip(1).filter_map(|rest| rest.split("}}").next()) {
            let (path, anchor) = target.split_once(':').unwrap_or((target, ""));
            let included = fs::read_to_string(file.parent().expect("files have folders").join(path));
            let ends = [format!("ANCHOR: {anchor}\n"), format!("ANCHOR_END: {anchor}\n")];
            if !included.is_ok_and(|text| anchor.is_empty() || ends.iter().all(|end| text.contains(end))) {
                violations.push(format!("{}: {target} is not there", relative(&file)));
            }
        }
    }
    violations
}

/// Every row of the book's tables of failures names tests, as `<!-- folder/file test -->`, and they are there.
pub(crate) fn unproven_rows() -> Vec<String> {
    let page = root().join("docs/book/src/failure.md");
    let text = fs::read_to_string(&page).expect("documents are text");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| when "));
    rows.flat_map(|row| {
        let proofs: Vec<_> =
            row.split("<!-- ").skip(1).filter_map(|rest| rest.split(" -->").next()).collect();
        let missing = proofs.iter().find(|proof| !is_test(proof));
        match (proofs.is_empty(), missing) {
            (true, _) => Some(format!("{}: names no test: {row}", relative(&page))),
            (false, Some(missing)) => Some(format!("{}: there is no test {missing}", relative(&page))),
            (false, None) => None,
        }
    })
    .collect()
}

fn is_test(proof: &str) -> bool {
    let Some((file, test)) = proof.split_once(' ') else { return false };
    let source = fs::read_to_string(root().join("tests").join(file).with_extension("rs"));
    source.is_ok_and(|text| text.contains(&format!("fn {test}()")))
}

/// Every dependency on somebody else's crate has a comment above it that says why it is there.
pub(crate) fn unexplained_dependencies() -> Vec<String> {
    let mut violations = Vec::new();
    for manifest in
        ["Cargo.toml", "actors-core/Cargo.toml", "actors-net/Cargo.toml", "actors-macros/Cargo.toml"]
    {
        let text = fs::read_to_string(root().join(manifest)).expect("manifests are text");
        let (mut inside, mut explained) = (false, false);
        for (at, line) in text.lines().enumerate() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
                explained = false;
            } else if line.starts_with('#') {
                explained = true;
            } else if line.trim().is_empty() {
                explained = false;
            } else if inside && !explained && !line.contains("workspace = true") && !line.contains("path = ")
            {
                violations.push(format!("{manifest}:{}: why? {line}", at + 1));
            }
        }
    }
    violations
}
