//! Who sees to it that nobody waits in line for a turn that does not end.
//!
//! A thread of its own: the runtime's timers may be in the keeping of the very thread that is blocked. It sleeps while no line is
//! in use.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use super::line::Side;
use crate::sync::Lock;

/// How long somebody may wait in line for one turn to end.
const LONGEST_WAIT: Duration = Duration::from_millis(1);

/// The lines of one system that are in use, and which turn was on in each when it was looked at last.
#[derive(Default)]
pub(super) struct Watch {
    lines: Lock<Vec<(Arc<Side>, Option<u32>)>>,
    watcher: OnceLock<Option<Thread>>,
    is_over: AtomicBool,
}

impl Watch {
    /// Looks after this line until it is idle. `relieve` is called for those lines whose turn goes on for too long.
    pub(super) fn begin(self: &Arc<Self>, line: &Arc<Side>, relieve: impl Fn(Arc<Side>) + Send + 'static) {
        self.lines.lock().push((line.clone(), None));
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

    /// The watcher goes.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(Some(watcher)) = self.watcher.get() {
            watcher.unpark();
        }
    }

    /// Whether there is nobody to look after any more, after a look at each.
    fn look(&self, relieve: &impl Fn(Arc<Side>)) -> bool {
        let mut stuck = Vec::new();
        let mut lines = self.lines.lock();
        lines.retain_mut(|(line, seen)| {
            if line.is_over() || line.is_idle() && line.leave_unwatched() {
                return false;
            }
            let turn = Some(line.turn());
            if std::mem::replace(seen, turn) == turn {
                stuck.push(line.clone());
            }
            true
        });
        let is_empty = lines.is_empty();
        drop(lines);
        stuck.into_iter().for_each(relieve);
        is_empty
    }
}

fn start(watch: Arc<Watch>, relieve: impl Fn(Arc<Side>) + Send + 'static) -> io::Result<Thread> {
    let keep_watch = move || {
        while !watch.is_over.load(Ordering::Acquire) {
            if watch.look(&relieve) {
                thread::park();
            } else {
                thread::park_timeout(LONGEST_WAIT);
            }
        }
    };
    let watcher = thread::Builder::new().name("actors-watcher".into()).spawn(keep_watch)?;
    Ok(watcher.thread().clone())
}
