//! How programs with `#[actors::main]` end. Each test runs one in a process of its own: this binary, told which one to be.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use actors::prelude::*;

const PROGRAM: &str = "ACTORS_TEST_PROGRAM";

#[derive(Actor)]
struct Fragile;

#[handlers]
impl Fragile {
    #[handler]
    fn fail(&mut self) {
        panic!("it broke");
    }
}

/// Says when it stops, and takes until it is told to, if ever.
struct Polite {
    waits: bool,
}

impl Actor for Polite {
    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        println!("stopped: {reason}");
        if self.waits {
            std::future::pending().await
        }
    }
}

async fn serve(system: ActorSystem, waits: bool) -> actors::Result<()> {
    let _polite = system.spawn(Polite { waits });
    println!("ready");
    until_the_end(system).await
}

async fn until_the_end(system: ActorSystem) -> actors::Result<()> {
    system.terminated().await;
    println!("terminated");
    Ok(())
}

async fn give_up(system: ActorSystem) -> actors::Result<()> {
    let child = ChildSpec::new("fragile", || Fragile).restart(Restart::permanent());
    let shop = Supervisor::one_for_one().intensity(0, std::time::Duration::from_secs(5)).child(child);
    let shop = shop.start(&system).await?;
    let fragile: ActorRef<Fragile> = shop.child("fragile")?;
    let _polite = system.spawn(Polite { waits: false });
    fragile.fail().tell().await?;
    until_the_end(system).await
}

/// Does nothing when the tests run, and is the program in a process that was started for that.
#[test]
fn program() {
    #[actors::main]
    async fn main(system: ActorSystem) -> actors::Result<()> {
        match std::env::var(PROGRAM).as_deref() {
            Ok("patient") => serve(system, true).await,
            Ok("fails") => Err(ActorError::msg("no beer")),
            Ok("gives up") => give_up(system).await,
            _ => serve(system, false).await,
        }
    }

    if std::env::var_os(PROGRAM).is_some() {
        let outcome = std::process::Termination::report(main());
        // Before the test harness says what it thinks of it.
        std::process::exit(i32::from(outcome != std::process::ExitCode::SUCCESS));
    }
}

struct Running {
    process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    errors: ChildStderr,
}

impl Running {
    fn start(program: &str) -> Self {
        let itself = std::env::current_exe().unwrap();
        let mut process = Command::new(itself)
            .args(["--exact", "programs::program", "--nocapture"])
            .env(PROGRAM, program)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let errors = process.stderr.take().unwrap();
        Self { process, lines, errors }
    }

    /// Reads on until this line.
    fn reads(&mut self, expected: &str) {
        let found = self.lines.by_ref().map(Result::unwrap).any(|line| line.ends_with(expected));
        assert!(found, "{expected:?} is missing");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    fn ends(mut self) -> (Option<i32>, String) {
        let mut errors = String::new();
        self.errors.read_to_string(&mut errors).unwrap();
        (self.process.wait().unwrap().code(), errors)
    }
}

#[test]
fn a_supervisor_at_the_top_that_gives_up_ends_the_process_with_an_error() {
    let mut program = Running::start("gives up");
    program.reads("stopped: shutdown");
    program.reads("terminated");
    let (code, errors) = program.ends();
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("because its child \"fragile\" panicked: it broke"), "{errors}");
}

#[test]
fn an_error_of_main_is_printed_and_the_exit_code() {
    let (code, errors) = Running::start("fails").ends();
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("no beer"), "{errors}");
}

#[test]
fn sigterm_and_ctrl_c_shut_down_in_order() {
    for signal in ["-TERM", "-INT"] {
        let mut program = Running::start("serves");
        program.reads("ready");
        program.signal(signal);
        program.reads("stopped: shutdown");
        program.reads("terminated");
        assert_eq!(program.ends().0, Some(0));
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let mut program = Running::start("patient");
    program.reads("ready");
    program.signal("-INT");
    program.reads("stopped: shutdown");
    program.signal("-INT");
    assert_eq!(program.ends().0, Some(130));
}
