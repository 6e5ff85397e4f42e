//! One load at a time, for counting instructions: `instructions ours tell 20000`.
//!
//! Each load runs on one worker thread, its driver inside a task. `instructions.sh` runs every load at two sizes and
//! divides the difference, so that starting and ending the process cancels out.

mod handmade;
mod memory;
mod ours;

use std::process::ExitCode;

const USAGE: &str =
    "usage: instructions <ours|handmade> <tell|tell_bounded|ask|ring|spawn|started|idle|used> <operations>";

fn main() -> ExitCode {
    // `cargo bench` and `cargo test` add words of their own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.is_empty() {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let [who, load, operations] = &words[..] else { return refuse() };
    let (Some(load), Ok(operations)) = (Load::named(load), operations.parse()) else { return refuse() };
    let run: fn(Load, u64) = match who.as_str() {
        "ours" => |load, operations| on_one_worker(ours::run(load, operations)),
        "handmade" => |load, operations| on_one_worker(handmade::run(load, operations)),
        _ => return refuse(),
    };
    run(load, operations);
    ExitCode::SUCCESS
}

fn refuse() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// What is done how often.
#[derive(Clone, Copy)]
enum Load {
    /// Messages to one actor without a bound.
    Tell,
    /// The same with a bound of 1,024 and a sender that waits.
    TellBounded,
    /// Questions one after another.
    Ask,
    /// Hops of one token around 1,000 actors.
    Ring,
    /// Spawn, tell, ask, drop, one actor after another.
    Spawn,
    /// As `Ring` without a hop: what has to be taken off.
    Started,
    /// Bytes of actors that were only spawned.
    Idle,
    /// Bytes of actors that were told and asked something.
    Used,
}

impl Load {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "tell" => Self::Tell,
            "tell_bounded" => Self::TellBounded,
            "ask" => Self::Ask,
            "ring" => Self::Ring,
            "spawn" => Self::Spawn,
            "started" => Self::Started,
            "idle" => Self::Idle,
            "used" => Self::Used,
            _ => return None,
        })
    }
}

const RING: u64 = 1_000;

fn on_one_worker(driver: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime can be started");
    runtime.block_on(async { tokio::spawn(driver).await }).expect("the driver does not panic");
}
