//! What happened in a system beside what its test expected.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{ActorPath, ActorSystem, DeadLetter, TopicReceiver, UnheardError};

/// Keeps the dead letters and failures of one system for reports; there is one for each system.
#[derive(Debug)]
pub(super) struct Ledger(Mutex<Entries>);

#[derive(Debug)]
struct Entries {
    dead_letters: TopicReceiver<DeadLetter>,
    errors: TopicReceiver<UnheardError>,
    /// As text: a dead letter that is kept keeps its message, and with that whatever the message refers to.
    happened: Vec<String>,
    probes: HashSet<ActorPath>,
    excused: bool,
}

impl Ledger {
    /// The system's ledger; it begins with the first call.
    pub(super) fn of(system: &ActorSystem) -> Arc<Self> {
        let entries = Entries {
            dead_letters: system.dead_letters().subscribe(),
            errors: system.errors().subscribe(),
            happened: Vec::new(),
            probes: HashSet::new(),
            excused: false,
        };
        system.extension(|| Self(Mutex::new(entries)))
    }

    pub(super) fn enter_probe(&self, probe: ActorPath) {
        self.lock().probes.insert(probe);
    }

    /// The top-level actors that run and are no probes.
    pub(super) fn running(&self, system: &ActorSystem) -> Vec<ActorPath> {
        let entries = self.lock();
        system.top_level().into_iter().filter(|path| !entries.probes.contains(path)).collect()
    }

    /// From now on a test system may be dropped unfinished.
    pub(super) fn excuse(&self) {
        self.lock().excused = true;
    }

    pub(super) fn is_excused(&self) -> bool {
        self.lock().excused
    }

    /// Lets go of messages that could not be delivered.
    pub(super) fn let_go_of_messages(&self) {
        self.lock().read();
    }

    /// Everything noted so far and who still runs, a line each; empty if there is nothing to tell.
    pub(super) fn report(&self, system: &ActorSystem) -> String {
        let running = self.running(system);
        let mut entries = self.lock();
        entries.read();
        let mut report = String::new();
        for what in &entries.happened {
            let _ = write!(report, "\n  {what}");
        }
        for path in running {
            let _ = write!(report, "\n  {path} runs");
        }
        report
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn read(&mut self) {
        while let Some(letter) = self.dead_letters.try_recv() {
            let (message, to, reason) = (letter.message_type(), letter.to(), letter.reason());
            self.happened.push(format!("dead letter ({reason}): a `{message}` to {to}"));
        }
        while let Some(error) = self.errors.try_recv() {
            self.happened.push(error.to_string());
        }
    }
}
