//! Measures the framework beside others: `cargo run --release --manifest-path benches/peers/Cargo.toml`.
//!
//! Every measurement is a process of its own, so that no framework lives with what another one left behind:
//! `rounds` starts those processes, `loads` and `frameworks` are what happens inside one, `table` shows the medians.

mod arguments;
mod frameworks;
mod loads;
mod machine;
mod memory;
mod rounds;
mod statistics;
mod table;

use std::process::{ExitCode, exit};
use std::thread;
use std::time::Duration;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::One { load, framework, size }) = arguments.command {
        thread::spawn(give_up);
        println!("{}", framework.run(load, size.scale, size.workers.get()));
        // Taking a million actors apart is not measured, so nobody waits for it.
        exit(0);
    }
    match rounds::measure(&arguments) {
        Ok(results) => {
            print!("{}", machine::heading(&arguments));
            print!("{}", table::render(&results));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends a measurement that hangs.
fn give_up() {
    const LIMIT: Duration = Duration::from_secs(600);
    thread::sleep(LIMIT);
    eprintln!("given up after {LIMIT:?}");
    exit(1);
}
