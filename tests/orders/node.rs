//! The shipping node as a process: killed, orphaned, or left to end in order.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::program::{Run, command};

/// Far more orders than can be done before the test has done its part.
const MANY: &str = "8000";

/// A run that goes on while the test looks.
struct Running {
    shop: Child,
    stderr: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        let mut shop =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the example starts");
        let stderr = BufReader::new(shop.stderr.take().expect("it is piped"));
        Self { shop, stderr, said: String::new() }
    }

    /// Reads stderr up to a line with `words` in it.
    #[track_caller]
    fn read_to(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).expect("stderr is text");
            assert!(read > 0, "it ended without `{words}`: {}", self.said);
            self.said += &line;
            if line.contains(words) {
                return line;
            }
        }
    }

    fn shipping_pid(&mut self) -> String {
        let line = self.read_to("shipping node pid=");
        let (_, pid) = line.trim_end().split_once("pid=").expect("it was looked for");
        pid.to_owned()
    }

    fn end(mut self) -> Run {
        let rest = thread::spawn(move || {
            let mut rest = String::new();
            self.stderr.read_to_string(&mut rest).map(|_| rest)
        });
        let mut run = Run::from(self.shop.wait_with_output().expect("it ends"));
        run.stderr = self.said + &rest.join().expect("reading does not panic").expect("stderr is text");
        run
    }
}

fn kill(pid: &str) {
    let status = Command::new("kill").args(["-9", pid]).status().expect("there is a kill");
    assert!(status.success(), "{pid} could not be killed");
}

/// Waits until a process is gone, or a zombie that nobody has to mourn.
#[cfg(target_os = "linux")]
fn wait_until_gone(pid: &str) {
    let stat = Path::new("/proc").join(pid).join("stat");
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    while runs() {
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_killed_shipping_node_costs_no_order_its_end() {
    let mut running = Running::start(&["--orders", MANY]);
    let pid = running.shipping_pid();
    running.read_to(&format!(" of {MANY} orders"));
    kill(&pid);
    let run = running.end();
    let summary = run.summary();
    summary.assert_adds_up();
    assert_eq!(summary.text("orders"), MANY);
    assert!(summary.number("shipped") > 0 && summary.number("compensated") > 0, "{summary:?}");
    assert_ne!(summary.text("refunded"), "0.00");
    assert!(run.stderr.contains(&format!("shipping node pid={pid} ended")), "{}", run.stderr);
}

#[test]
fn a_killed_shipping_node_is_no_trouble_amid_crashes_and_declines() {
    let arguments = ["--orders", MANY, "--crash-every", "7", "--decline-every", "5"];
    let mut running = Running::start(&arguments);
    let pid = running.shipping_pid();
    running.read_to(&format!(" of {MANY} orders"));
    kill(&pid);
    let summary = running.end().summary();
    summary.assert_adds_up();
    assert!(summary.number("restarts") > 0);
}

#[cfg(target_os = "linux")]
#[test]
fn the_shipping_node_ends_with_the_shop_however_the_shop_ends() {
    let mut running = Running::start(&["--orders", "50"]);
    let pid = running.shipping_pid();
    running.end().summary().assert_adds_up();
    wait_until_gone(&pid);

    let mut running = Running::start(&["--orders", MANY]);
    let pid = running.shipping_pid();
    running.read_to(&format!(" of {MANY} orders"));
    kill(&running.shop.id().to_string());
    running.shop.wait().expect("it was killed");
    wait_until_gone(&pid);
}
