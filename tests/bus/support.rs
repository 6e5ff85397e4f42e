//! Events and helpers that many tests use.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::prelude::*;
use tokio::sync::{Notify, Semaphore};

/// An event without key.
#[derive(Event, Clone, Debug, PartialEq)]
#[event(topic = "numbers.drawn")]
pub(crate) struct Drawn(pub(crate) u64);

/// An event with a key, on a topic beside.
#[derive(Event, Clone, Debug, PartialEq)]
#[event(topic = "orders.placed", key = order)]
pub(crate) struct Placed {
    pub(crate) order: &'static str,
    pub(crate) number: u64,
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What happened, in order; tests can wait until enough has.
#[derive(Clone)]
pub(crate) struct Journal<T = u64>(Arc<(Mutex<Vec<T>>, Notify)>);

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self(Arc::new((Mutex::new(Vec::new()), Notify::new())))
    }
}

impl<T: Clone> Journal<T> {
    pub(crate) fn note(&self, entry: T) {
        self.0.0.lock().unwrap().push(entry);
        self.0.1.notify_waiters();
    }

    pub(crate) fn entries(&self) -> Vec<T> {
        self.0.0.lock().unwrap().clone()
    }

    /// The entries, as soon as there are so many.
    pub(crate) async fn filled(&self, count: usize) -> Vec<T> {
        let filled = async {
            loop {
                let mut noted = std::pin::pin!(self.0.1.notified());
                noted.as_mut().enable();
                let entries = self.entries();
                if entries.len() >= count {
                    return entries;
                }
                noted.await;
            }
        };
        let waited = tokio::time::timeout(seconds(60), filled).await;
        waited.unwrap_or_else(|_| panic!("{count} entries were expected, there are {}", self.entries().len()))
    }
}

/// A door that lets through as many as the test says.
#[derive(Clone)]
pub(crate) struct Gate {
    passes: Arc<Semaphore>,
    /// Those who came to the door.
    pub(crate) arrivals: Journal,
}

impl Gate {
    pub(crate) fn closed() -> Self {
        Self { passes: Arc::new(Semaphore::new(0)), arrivals: Journal::default() }
    }

    pub(crate) fn open_for(&self, count: usize) {
        self.passes.add_permits(count);
    }

    pub(crate) fn open(&self) {
        self.passes.add_permits(1_000_000);
    }

    pub(crate) async fn pass(&self, number: u64) {
        self.arrivals.note(number);
        self.passes.acquire().await.unwrap().forget();
    }
}

/// Notes the numbers it is told of; some make it explode, and a gate can hold it up.
#[derive(Clone)]
pub(crate) struct Scribe {
    pub(crate) name: &'static str,
    pub(crate) journal: Journal<(&'static str, u64)>,
    pub(crate) gate: Option<Gate>,
}

impl Scribe {
    pub(crate) fn new(name: &'static str, journal: &Journal<(&'static str, u64)>) -> Self {
        Self { name, journal: journal.clone(), gate: None }
    }

    pub(crate) fn behind(name: &'static str, journal: &Journal<(&'static str, u64)>, gate: &Gate) -> Self {
        Self { name, journal: journal.clone(), gate: Some(gate.clone()) }
    }

    async fn write(&mut self, number: u64) {
        if let Some(gate) = &self.gate {
            gate.pass(number).await;
        }
        self.journal.note((self.name, number));
        assert_ne!(number, 666_666, "the number of the beast");
    }
}

impl Actor for Scribe {}

impl Handler<Drawn> for Scribe {
    async fn handle(&mut self, Drawn(number): Drawn, _: &mut Context<Self>) {
        self.write(number).await;
    }
}

impl Handler<Placed> for Scribe {
    async fn handle(&mut self, placed: Placed, _: &mut Context<Self>) {
        self.write(placed.number).await;
    }
}

pub(crate) fn numbers(entries: &[(&'static str, u64)]) -> Vec<u64> {
    entries.iter().map(|(_, number)| *number).collect()
}

/// Publishes these numbers, one after another.
pub(crate) async fn draw(bus: &Bus, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        bus.publish(Drawn(number)).await.unwrap();
    }
}
