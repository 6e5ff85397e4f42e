//! A task that looks at all actors now and then, for handlers that are stuck and mailboxes that fill up.
//!
//! It reads what snapshots read, so that actors do nothing for it. On a runtime of one thread it sleeps without a timer
//! while no actor has anything to do, because there a virtual clock would run on as long as timers are set; whoever waits
//! inside a handler rings. It keeps neither the system nor an actor alive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::directory::{Cursor, Directory};
use super::patrol::Patrol;
use crate::observe::{LifecycleEvent, Topic};
use crate::sync::Lock;

/// The longest pause between two rounds.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// The shortest one, whatever is set.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
/// Pauses are so many times longer than the rounds between them: with very many actors it must not take a processor.
const REST: u32 = 50;
/// Actors looked at between two chances for others to run.
const STRIDE: usize = 1_024;

/// The system's side of the watchdog.
pub(super) struct Watchdog {
    /// What is to run, until it does.
    rounds: Lock<Option<Rounds>>,
    is_idle: AtomicBool,
    sleeps: Arc<AtomicBool>,
    bell: mpsc::Sender<()>,
}

/// The task's side.
struct Rounds {
    directory: Weak<Directory>,
    patrol: Patrol,
    began: Instant,
    pause: Duration,
    may_sleep: bool,
    sleeps: Arc<AtomicBool>,
    bell: mpsc::Receiver<()>,
}

/// What one round has found.
#[derive(Default)]
struct Round {
    /// Whether some actor has something to do.
    busy: bool,
    /// How long it took, if there are many actors.
    took: Duration,
}

impl Watchdog {
    /// One that reports handlers that take longer than `limit`. `None`: it does not even look.
    pub(super) fn new(
        limit: Option<Duration>,
        runtime: &Handle,
        began: Instant,
        directory: &Arc<Directory>,
        lifecycle: Arc<Topic<LifecycleEvent>>,
    ) -> Self {
        let (bell, rung) = mpsc::channel(1);
        let sleeps = Arc::<AtomicBool>::default();
        let rounds = limit.map(|limit| Rounds {
            directory: Arc::downgrade(directory),
            patrol: Patrol::new(limit, lifecycle),
            began,
            pause: (limit / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE),
            may_sleep: runtime.runtime_flavor() == RuntimeFlavor::CurrentThread,
            sleeps: sleeps.clone(),
            bell: rung,
        });
        let is_idle = AtomicBool::new(rounds.is_some());
        Self { rounds: Lock::new(rounds), is_idle, sleeps, bell }
    }

    /// There is something to watch. The first call starts the task.
    #[inline]
    pub(super) fn wake(&self, runtime: &Handle) {
        if self.is_idle.load(Ordering::Relaxed) {
            self.start(runtime);
        }
        if self.sleeps.load(Ordering::Relaxed) {
            self.ring();
        }
    }

    #[cold]
    fn start(&self, runtime: &Handle) {
        self.is_idle.store(false, Ordering::Relaxed);
        if let Some(rounds) = self.rounds.lock().take() {
            runtime.spawn(rounds.make());
        }
    }

    #[cold]
    fn ring(&self) {
        self.sleeps.store(false, Ordering::Relaxed);
        // It has been rung if there is no room.
        let _ = self.bell.try_send(());
    }
}

impl Rounds {
    /// Goes round until the system is gone.
    async fn make(mut self) {
        loop {
            let Some(Round { busy, took }) = self.look_at_all().await else { return };
            if !busy && self.may_sleep {
                // Nobody can begin to wait between the look and this: there is one thread.
                self.sleeps.store(true, Ordering::Relaxed);
                if self.bell.recv().await.is_none() {
                    return;
                }
            }
            tokio::time::sleep(self.pause.max(took * REST)).await;
        }
    }

    /// Looks at every actor; `None` if the system is gone.
    async fn look_at_all(&mut self) -> Option<Round> {
        let mut round = Round::default();
        let began = std::time::Instant::now();
        let mut next = Some(Cursor::default());
        self.patrol.begin_round();
        while let Some(cursor) = next {
            let cells;
            (cells, next) = self.directory.upgrade()?.some(cursor, STRIDE);
            let now = self.began.elapsed().as_millis() as u32;
            let looked_at = cells.len();
            for cell in cells {
                round.busy |= self.patrol.look_at(&*cell, now);
            }
            round.took = began.elapsed();
            if looked_at == STRIDE {
                give_way().await;
            }
        }
        self.patrol.end_round();
        Some(round)
    }
}

/// Lets others run. Unlike tokio's own way it goes to the back of a queue that other threads steal from: what runs next on
/// this thread may be the handler that never returns.
async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut gave, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
