//! Children that fail on demand, and a diary of what happened to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::prelude::*;

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What happened to the children of one test, in order.
#[derive(Clone, Default)]
pub(crate) struct Diary(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    entries: Vec<String>,
    lives: HashMap<&'static str, u32>,
    /// Starts of a child that fail, from which life on and how many.
    failing: HashMap<&'static str, (u32, u32)>,
}

impl Diary {
    pub(crate) fn note(&self, entry: impl Into<String>) {
        self.0.lock().unwrap().entries.push(entry.into());
    }

    /// Everything since the last call.
    pub(crate) fn read(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().entries)
    }

    /// Has starts of a child fail: `times` of them, beginning with life number `first`, counted from 1.
    pub(crate) fn fail_starts(&self, child: &'static str, first: u32, times: u32) {
        self.0.lock().unwrap().failing.insert(child, (first, times));
    }

    fn begin_life(&self, child: &'static str) -> Result<(), ActorError> {
        let mut pages = self.0.lock().unwrap();
        let life = pages.lives.entry(child).or_default();
        *life += 1;
        let life = *life;
        match pages.failing.get(child) {
            Some(&(first, times)) if (first..first + times).contains(&life) => {
                pages.entries.push(format!("{child} fails to start"));
                Err(ActorError::msg("not today"))
            }
            _ => {
                pages.entries.push(format!("{child} starts"));
                Ok(())
            }
        }
    }

    /// Whether a child begins its first life.
    pub(crate) fn is_first_life(&self, child: &'static str) -> bool {
        let mut pages = self.0.lock().unwrap();
        let life = pages.lives.entry(child).or_default();
        *life += 1;
        *life == 1
    }

    /// A specification of a child that writes into the diary.
    pub(crate) fn child(&self, name: &'static str) -> ChildSpec {
        let diary = self.clone();
        ChildSpec::new(name, move || Worker::new(name, &diary))
    }
}

/// A child that ends as it is told to.
#[derive(Default)]
pub(crate) struct Worker {
    name: &'static str,
    diary: Diary,
    count: u64,
}

impl Worker {
    pub(crate) fn new(name: &'static str, diary: &Diary) -> Self {
        Self { name, diary: diary.clone(), count: 0 }
    }
}

impl Actor for Worker {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.diary.begin_life(self.name)
    }

    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        self.diary.note(format!("{} stops", self.name));
    }
}

#[handlers]
impl Worker {
    /// Counts messages; a new life counts anew.
    #[handler]
    pub(crate) fn count(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[handler]
    pub(crate) fn finish(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }

    #[handler]
    pub(crate) fn give_up(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(ActorError::msg("gave up"));
    }

    #[handler]
    pub(crate) fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    pub(crate) async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// How a child can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Stopped,
    Finished,
    Error,
    Panic,
    Kill,
}

impl End {
    pub(crate) const ALL: [Self; 5] = [Self::Stopped, Self::Finished, Self::Error, Self::Panic, Self::Kill];

    pub(crate) fn is_normal(self) -> bool {
        matches!(self, Self::Stopped | Self::Finished)
    }

    pub(crate) async fn of(self, worker: &ActorRef<Worker>) {
        match self {
            Self::Stopped => worker.stop(),
            Self::Finished => worker.finish().tell().await.unwrap(),
            Self::Error => worker.give_up().tell().await.unwrap(),
            Self::Panic => worker.explode().tell().await.unwrap(),
            Self::Kill => worker.kill(),
        }
    }
}

/// Lets everything happen that does not wait for time.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

pub(crate) fn ids(children: &[ChildInfo]) -> Vec<&str> {
    children.iter().map(|child| &*child.id).collect()
}

/// Specifications, children that run, supervisors and workers.
pub(crate) async fn counts(supervisor: &SupervisorRef) -> [usize; 4] {
    let ChildCounts { specs, active, supervisors, workers } = supervisor.count_children().await.unwrap();
    [specs, active, supervisors, workers]
}

/// The children's states, those started last first.
pub(crate) async fn states(supervisor: &SupervisorRef) -> Vec<ChildState> {
    supervisor.which_children().await.unwrap().iter().map(|child| child.state).collect()
}
