//! Runs everything several times, interleaved, so that what else the machine does meets all alike.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::process::{Command, Stdio};

use crate::arguments::{Arguments, Size};
use crate::frameworks::Name;
use crate::loads::{Load, Outcome};

/// What was measured, by what was measured.
pub(crate) struct Results {
    pub(crate) loads: Vec<Load>,
    pub(crate) frameworks: Vec<Name>,
    outcomes: BTreeMap<(Load, Name), Vec<Outcome>>,
}

impl Results {
    pub(crate) fn new(loads: Vec<Load>, frameworks: Vec<Name>) -> Self {
        Self { loads, frameworks, outcomes: BTreeMap::new() }
    }

    /// One of a load's numbers, as measured in each round; none where the framework was not measured.
    pub(crate) fn numbers(&self, load: Load, framework: Name, number: usize) -> Vec<f64> {
        let outcomes = self.outcomes.get(&(load, framework)).map_or(&[][..], Vec::as_slice);
        outcomes.iter().map(|outcome| outcome.numbers[number]).collect()
    }

    pub(crate) fn add(&mut self, load: Load, framework: Name, outcome: Outcome) {
        self.outcomes.entry((load, framework)).or_default().push(outcome);
    }
}

/// Measures what the arguments ask for, one process after another, and says on stderr how far it is.
///
/// # Errors
///
/// If a process cannot be started, fails, or says something else than its outcome.
pub(crate) fn measure(arguments: &Arguments) -> io::Result<Results> {
    let mut results = Results::new(arguments.loads(), arguments.frameworks());
    for round in 1..=arguments.rounds {
        for load in results.loads.clone() {
            // A different one begins each round, so that none always follows the same one.
            let mut frameworks = results.frameworks.clone();
            let first = round as usize % frameworks.len();
            frameworks.rotate_left(first);
            for framework in frameworks.into_iter().filter(|&name| arguments.measures(load, name)) {
                let outcome = in_child(load, framework, arguments.size)?;
                eprintln!(
                    "round {round} of {}: {load} {framework} {:.1?}",
                    arguments.rounds, outcome.numbers
                );
                results.add(load, framework, outcome);
            }
        }
    }
    Ok(results)
}

fn in_child(load: Load, framework: Name, size: Size) -> io::Result<Outcome> {
    let mut child = Command::new(env::current_exe()?);
    child.args(["one", &load.to_string(), &framework.to_string()]);
    child.args(["--scale", &size.scale.to_string(), "--workers", &size.workers.to_string()]);
    let output = child.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{load} {framework}: {}", output.status)));
    }
    let outcome = String::from_utf8_lossy(&output.stdout).parse::<Outcome>();
    outcome.map_err(|error| io::Error::other(format!("{load} {framework}: {error}")))
}
