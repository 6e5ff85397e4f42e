//! A sized pool of threads for work that blocks or computes: it cannot stall the scheduler, nor grow without end.

use crate::panics::contain;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

type Job = Box<dyn FnOnce() + Send>;

/// How long a thread without work stays.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Starts a thread for each job that finds none free, up to its size; further jobs queue.
pub(crate) struct BlockingPool {
    jobs: Sender<Job>,
    shared: Arc<Shared>,
}

struct Shared {
    queue: Receiver<Job>,
    size: usize,
    /// Threads alive.
    threads: AtomicUsize,
    /// Jobs handed in and not yet finished.
    unfinished: AtomicUsize,
}

impl BlockingPool {
    pub(crate) fn new(size: usize) -> Self {
        let (jobs, queue) = unbounded();
        let shared = Shared { queue, size, threads: AtomicUsize::new(0), unfinished: AtomicUsize::new(0) };
        Self { jobs, shared: Arc::new(shared) }
    }

    /// Queues a job. A panic in it is contained; whoever hands it in reports its own.
    pub(crate) fn submit(&self, job: impl FnOnce() + Send + 'static) {
        let unfinished = self.shared.unfinished.fetch_add(1, Ordering::AcqRel) + 1;
        // The receiver lives in `shared`, so the channel is never disconnected.
        let _ = self.jobs.send(Box::new(job));
        if unfinished > self.shared.threads.load(Ordering::Acquire) {
            self.shared.add_thread();
        }
    }
}

impl Shared {
    fn add_thread(self: &Arc<Self>) {
        let grow = |threads| (threads < self.size).then_some(threads + 1);
        if self.threads.fetch_update(Ordering::AcqRel, Ordering::Acquire, grow).is_err() {
            return;
        }
        let shared = self.clone();
        let spawned = std::thread::Builder::new().name("actors-blocking".into()).spawn(move || shared.work());
        if let Err(error) = spawned {
            let left = self.threads.fetch_sub(1, Ordering::AcqRel) - 1;
            // With another thread alive the job is only late; without one it would never run.
            assert!(left > 0, "no thread could be started for blocking work: {error}");
        }
    }

    fn work(self: Arc<Self>) {
        loop {
            while let Ok(job) = self.queue.recv_timeout(KEEP_ALIVE) {
                let _ = contain(job);
                self.unfinished.fetch_sub(1, Ordering::AcqRel);
            }
            self.threads.fetch_sub(1, Ordering::AcqRel);
            // A job handed in between the timeout and the line above saw this thread and started none: look once more.
            let reclaim = |threads| (threads < self.size).then_some(threads + 1);
            if self.queue.is_empty()
                || self.threads.fetch_update(Ordering::AcqRel, Ordering::Acquire, reclaim).is_err()
            {
                return;
            }
        }
    }
}
