//! Who sees to it that nobody waits in line for a turn that does not end, and how much gets done.
//!
//! A thread of its own: the runtime's timers may be in the keeping of the very thread that is blocked. It sleeps while no line is
//! in use.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::line::Side;
use super::trial::{Seen, Trial, Way};
use crate::sync::Lock;

/// How long somebody may wait in line for one turn to end.
const LONGEST_WAIT: Duration = Duration::from_millis(1);

/// The lines of one system that are in use.
#[derive(Default)]
pub(super) struct Watch {
    lines: Lock<Vec<Watched>>,
    /// Whether those in line are [apart](Way::Apart).
    is_apart: AtomicBool,
    watcher: OnceLock<Option<Thread>>,
    is_over: AtomicBool,
}

/// A line, and what was seen of it at the last look.
struct Watched {
    line: Arc<Side>,
    turn: Option<u32>,
    handled: u64,
}

impl Watch {
    /// Looks after this line until it is idle. `relieve` is called for those lines whose turn goes on for too long.
    pub(super) fn begin(self: &Arc<Self>, line: &Arc<Side>, relieve: impl Fn(Arc<Side>) + Send + 'static) {
        self.lines.lock().push(Watched { line: line.clone(), turn: None, handled: line.handled() });
        let watcher = self.watcher.get_or_init(|| match start(self.clone(), relieve) {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                tracing::error!(%error, "no thread to look after actors that wait behind a handler which blocks");
                None
            }
        });
        if let Some(watcher) = watcher {
            watcher.unpark();
        }
    }

    /// How those in line are to be kept.
    pub(super) fn way(&self) -> Way {
        if self.is_apart.load(Ordering::Relaxed) { Way::Apart } else { Way::Together }
    }

    /// The watcher goes.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(Some(watcher)) = self.watcher.get() {
            watcher.unpark();
        }
    }

    /// A look at each line. Gives what happened since the last one, or nothing if there is nobody to look after any more.
    fn look(&self, relieve: &impl Fn(Arc<Side>)) -> Option<Seen> {
        let (mut stuck, mut seen) = (Vec::new(), Seen::default());
        // What the two busiest lines handled.
        let mut most = [0, 0];
        let mut lines = self.lines.lock();
        lines.retain_mut(|watched| {
            let line = &watched.line;
            let handled = line.handled();
            let more = handled.wrapping_sub(std::mem::replace(&mut watched.handled, handled));
            seen.handled += more;
            most = if more > most[0] { [more, most[0]] } else { [most[0], most[1].max(more)] };
            seen.had_choice |= line.had_choice();
            if line.is_over() || line.is_idle() && line.leave_unwatched() {
                return false;
            }
            let turn = Some(line.turn());
            if std::mem::replace(&mut watched.turn, turn) == turn {
                stuck.push(line.clone());
            }
            true
        });
        seen.was_spread = most[0] > 0 && most[1] > most[0] / 2;
        let is_empty = lines.is_empty();
        drop(lines);
        stuck.into_iter().for_each(relieve);
        (!is_empty).then_some(seen)
    }

    fn keep_watch(&self, relieve: &impl Fn(Arc<Side>)) {
        let (mut trial, mut last) = (Trial::default(), Instant::now());
        while !self.is_over.load(Ordering::Acquire) {
            let seen = self.look(relieve);
            if let Some(seen) = seen {
                let lasted = last.elapsed();
                self.is_apart.store(trial.tick(seen, lasted) == Way::Apart, Ordering::Relaxed);
                last += lasted;
                thread::park_timeout(LONGEST_WAIT);
            } else {
                self.is_apart.store(false, Ordering::Relaxed);
                thread::park();
                (trial, last) = (Trial::default(), Instant::now());
            }
        }
    }
}

fn start(watch: Arc<Watch>, relieve: impl Fn(Arc<Side>) + Send + 'static) -> io::Result<Thread> {
    let name = "actors-watcher".into();
    let watcher = thread::Builder::new().name(name).spawn(move || watch.keep_watch(&relieve))?;
    Ok(watcher.thread().clone())
}
