//! The numbered examples, run as programs: each prints what its comments say, and ends by itself with success.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The lines that an example prints, the whole of them.
fn lines(example: &str) -> Vec<String> {
    // Cargo builds the examples of a package before it runs its tests, next to them.
    let test = std::env::current_exe().expect("a test knows its own path");
    let built = test.parent().and_then(Path::parent).expect("it lies in target/<profile>/deps");
    let program = built.join("examples").join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: run `cargo build --examples`", program.display());
    let output = Command::new(program).stdin(Stdio::null()).output().expect("the example starts");
    let text = |bytes| String::from_utf8(bytes).expect("what it prints is UTF-8");
    let (printed, errors) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{example} ends with {}\n{printed}\n{errors}", output.status);
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn hello() {
    assert_eq!(
        lines("01_hello"),
        [
            "Hello, Ada!",
            "Hello, Grace!",
            "greeted 3",
            "ended: normal",
            "asked once more: the actor has stopped"
        ]
    );
}

#[test]
fn messages() {
    assert_eq!(
        lines("02_messages"),
        [
            "ticket 1 is inside",
            "ticket 1 paid 5; ticket 2 is inside",
            "refused: 1 has left",
            "not sent: the actor has stopped",
            "given back: ticket 2",
        ]
    );
}

#[test]
fn lifecycle() {
    let printed = lines("03_lifecycle");
    // The third answer and the end of the life that gave it may be printed in either order.
    let (in_order, either): (Vec<_>, Vec<_>) = printed.iter().partition(|line| *line != "knock 3");
    assert_eq!(either.len(), 1, "{printed:?}");
    assert_eq!(
        in_order,
        [
            "first try: the start failed: the door is stuck",
            "/front-door opens, life 0",
            "knock 1",
            "knock 2",
            "/front-door closes after 3 knocks: failed: that was too much",
            "/front-door opens, life 1",
            "knock 1",
            "/front-door closes after 1 knocks: normal",
            "the guard saw: /front-door ended: normal",
        ]
    );
}

#[test]
fn supervision() {
    // A start of the catalog is printed by itself, beside what the program prints meanwhile.
    let printed = lines("04_supervision");
    let (starts, others): (Vec<_>, Vec<_>) = printed.iter().partition(|line| *line == "the catalog opens");
    assert_eq!(starts.len(), 3, "{printed:?}");
    assert_eq!(
        others,
        [
            "sold for 4",
            "not sold, because of the catalog: the actor has stopped",
            "reported: /shop/catalog panicked: there is no beer in the catalog; restarting",
            "sold for 6",
            "the catalog was asked 1 times",
            "restarts: 1",
            "escalated: /shop and everything below it ends, because its child \"catalog\" panicked: there is no beer in \
             the catalog",
            "the shop ended: shutdown",
        ]
    );
}

#[test]
fn timers() {
    // A busy machine may brew late, and then it waits for less, blinks less or cleans itself more often.
    let printed = lines("05_timers");
    assert_eq!(printed.first().map(String::as_str), Some("heats up"));
    assert_eq!(printed.last().map(String::as_str), Some("switches itself off"));
    let served: Vec<_> = printed.iter().filter(|line| line.starts_with("serves ")).collect();
    assert_eq!(served, ["serves an espresso", "serves a mocha"], "{printed:?}");
    for once in ["is hot after ", "cleans itself"] {
        assert!(printed.iter().any(|line| line.starts_with(once)), "{printed:?}");
    }
}

#[test]
fn bus() {
    assert_eq!(
        lines("06_bus"),
        [
            "order 3 is dead after 3 tries: failed: no such customer",
            "billed 1, 2 and 4; tried 7 times; the ledger heard all 4",
        ]
    );
}

#[test]
fn nodes() {
    assert_eq!(
        lines("07_nodes"),
        [
            "/server/counter counts 42",
            "at home it counts 42",
            "reset: the other node refused: \"counter\" does not accept this message",
            "lookup: the node \"server\" exports nothing under the name \"safe\"",
            "the watchman saw: /server/counter ended: shutdown",
            "add: the actor has stopped",
        ]
    );
}

#[test]
fn testing() {
    let printed = lines("08_testing");
    assert_eq!(printed[0], "careful customers: nobody overdraws in 200 orders of turns");
    assert!(printed[1].starts_with("hasty customers: "), "{printed:?}");
}

#[test]
fn each_fits_on_two_screens_and_says_what_it_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).expect("the folder exists").map(|entry| entry.expect("listed").path());
    let numbered =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('0'));
    let examples: Vec<_> = files.filter(numbered).collect();
    assert!(examples.len() >= 8, "{examples:?}");
    for example in examples {
        let (name, text) = (example.display(), fs::read_to_string(&example).expect("examples are text"));
        assert!(text.lines().count() < 100, "{name} is long");
        assert!(
            text.lines().take(2).all(|line| line.starts_with("//! ")),
            "{name} does not say what it shows"
        );
        assert!(text.lines().nth(2).is_some_and(str::is_empty), "{name} says more than two lines");
    }
}
