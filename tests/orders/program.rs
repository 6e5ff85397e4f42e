//! Runs the built example.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Cargo builds the examples of a package before it runs its tests, next to them.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let test = std::env::current_exe().expect("a test knows its own path");
    let built = test.parent().and_then(Path::parent).expect("it lies in target/<profile>/deps");
    let example = built.join("examples").join(format!("orders{}", std::env::consts::EXE_SUFFIX));
    assert!(example.exists(), "{} is not built: run `cargo build --example orders`", example.display());
    let mut command = Command::new(example);
    command.args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Run {
    Run::from(command(arguments).output().expect("the example starts"))
}

/// The table that is part of these tests.
pub(crate) fn fixture() -> String {
    path_text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/orders/data/table"))
}

/// The Northwind tables, where they lie beside the repository; says so if they do not.
pub(crate) fn northwind() -> Option<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/northwind");
    if !directory.is_dir() {
        eprintln!("SKIPPED: there is no {}", directory.display());
        return None;
    }
    Some(path_text(&directory))
}

fn path_text(path: &Path) -> String {
    path.to_str().expect("the path is text").to_owned()
}

/// A copy of the fixture that a test may spoil; it goes with this value.
pub(crate) struct Copy(pub(crate) PathBuf);

impl Copy {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("orders-test-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory can be made");
        for file in std::fs::read_dir(fixture()).expect("the fixture is there") {
            let file = file.expect("it can be listed").path();
            std::fs::copy(&file, path.join(file.file_name().expect("files have names")))
                .expect("it can be copied");
        }
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("the path is text")
    }

    pub(crate) fn append(&self, file: &str, line: &[u8]) {
        let mut content = std::fs::read(self.0.join(file)).expect("the file is there");
        content.extend_from_slice(line);
        std::fs::write(self.0.join(file), content).expect("it can be written");
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("what it prints is UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

const FIELDS: [&str; 11] = [
    "orders",
    "lines",
    "shipped",
    "rejected",
    "compensated",
    "revenue",
    "refunded",
    "restarts",
    "dead_letters",
    "lost",
    "duplicated",
];

/// The summary line, read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary(BTreeMap<String, String>);

impl Run {
    /// The last line of a run that ended well, field by field.
    #[track_caller]
    pub(crate) fn summary(&self) -> Summary {
        assert_eq!(self.code, Some(0), "{self:?}");
        let last = self.stdout.lines().last().unwrap_or_default();
        let fields = last.strip_prefix("summary ").unwrap_or_else(|| panic!("no summary: {self:?}"));
        let fields: Vec<_> =
            fields.split(' ').map(|field| field.split_once('=').expect("name=value")).collect();
        assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), FIELDS);
        Summary(fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

impl Summary {
    pub(crate) fn text(&self, field: &str) -> &str {
        &self.0[field]
    }

    #[track_caller]
    pub(crate) fn number(&self, field: &str) -> u64 {
        self.text(field).parse().unwrap_or_else(|_| panic!("{field} is no number: {self:?}"))
    }

    /// Every order has one end, and nothing happened twice.
    #[track_caller]
    pub(crate) fn assert_adds_up(&self) {
        let ends = ["shipped", "rejected", "compensated"].map(|field| self.number(field));
        assert_eq!(self.number("orders"), ends.iter().sum::<u64>(), "{self:?}");
        assert_eq!((self.number("lost"), self.number("duplicated")), (0, 0), "{self:?}");
    }

    /// All but how often services crashed on the way, which is up to the schedule.
    pub(crate) fn business(&self) -> Summary {
        let mut fields = self.0.clone();
        fields.remove("restarts");
        Summary(fields)
    }
}
