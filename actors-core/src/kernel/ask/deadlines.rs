//! The deadlines of the asks under way.
//!
//! An ask that has to wait leaves its deadline here and never takes it back: most are answered within microseconds, and
//! taking back costs as much as leaving. Those that were answered are swept out whenever as many have come as there were
//! left after the last sweep, so that each costs a few steps and at most half of what lies here is of no use. A task sleeps
//! until the first deadline; while asks are answered in time it wakes about once per timeout, not once per ask.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::panics::contain;
use crate::sync::{Lock, LockGuard};

/// Something that can run out of time.
pub(crate) trait Expire: Send + Sync {
    /// Its time is over. Whatever comes to an end after that is counted as late.
    fn expire(&self, late: &Arc<AtomicU64>);

    /// Whether the time still matters.
    fn is_pending(&self) -> bool;
}

/// The deadlines of all asks of one system that have to wait.
pub struct DeadlineQueue {
    /// Each ask has its place in one of them, so that askers on different threads seldom meet.
    shards: Box<[Arc<Shard>]>,
    runtime: Handle,
    late: Arc<AtomicU64>,
}

/// More would cost tasks, and askers meet only for the few steps of adding.
const MOST_SHARDS: usize = 16;

/// Fewer are not worth a sweep; no more than a thread's cache of freed memory holds, so that the next asks find room there.
const FEWEST: usize = 6;

impl fmt::Debug for DeadlineQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeadlineQueue")
    }
}

struct Shard {
    entries: Lock<Entries>,
    /// Tells the task that something expires before it would wake.
    sooner: Notify,
}

struct Entries {
    waiting: Vec<Entry>,
    /// So many are there at the next sweep.
    enough: usize,
    watch: Watch,
    /// Where a sweep puts what is to be dropped.
    swept: Vec<Entry>,
}

struct Entry {
    expires: Instant,
    subject: Arc<dyn Expire>,
}

/// What the task that watches the deadlines does.
#[derive(Clone, Copy)]
enum Watch {
    /// There is none.
    Off,
    /// It waits to be told of a deadline.
    Waiting,
    /// It wakes then by itself.
    Until(Instant),
}

impl DeadlineQueue {
    /// `late` counts answers that come when nobody waits for them any more.
    pub(crate) fn new(runtime: Handle, late: Arc<AtomicU64>) -> Self {
        let shards = runtime.metrics().num_workers().next_power_of_two().min(MOST_SHARDS);
        let shard = || Arc::new(Shard { entries: Lock::new(Entries::new()), sooner: Notify::new() });
        Self { shards: (0..shards).map(|_| shard()).collect(), runtime, late }
    }

    /// Has `subject` expire then, if it is still pending.
    #[inline]
    pub(crate) fn add(&self, expires: Instant, subject: &Arc<impl Expire + 'static>) {
        let shard = self.shard_of(Arc::as_ptr(subject).addr());
        let mut entries = shard.entries.lock();
        entries.waiting.push(Entry { expires, subject: subject.clone() });
        let is_watched = matches!(entries.watch, Watch::Until(wakes) if wakes <= expires);
        if !is_watched || entries.waiting.len() >= entries.enough {
            self.tidy(shard, entries, expires, is_watched);
        }
    }

    /// Has `subject` expire now.
    pub(crate) fn expire(&self, subject: &(impl Expire + ?Sized)) {
        subject.expire(&self.late);
    }

    #[cold]
    fn tidy(
        &self,
        shard: &Arc<Shard>,
        mut entries: LockGuard<'_, Entries>,
        expires: Instant,
        is_watched: bool,
    ) {
        if entries.waiting.len() >= entries.enough {
            entries.sweep();
        }
        let watch = if is_watched {
            None
        } else {
            Some(std::mem::replace(&mut entries.watch, Watch::Until(expires)))
        };
        let swept = std::mem::take(&mut entries.swept);
        drop(entries);
        match watch {
            // Outside the lock: a runtime that has gone down drops the task at once, and its hold on the shard.
            Some(Watch::Off) => {
                let watching = Watching(Arc::downgrade(shard));
                drop(self.runtime.spawn(watch_over(watching, self.late.clone())));
            }
            Some(Watch::Waiting | Watch::Until(_)) => shard.sooner.notify_one(),
            None => {}
        }
        shard.clear(swept);
    }

    /// Threads get memory from different places, so an address tells askers on different threads apart.
    fn shard_of(&self, address: usize) -> &Arc<Shard> {
        let mixed = (address >> 4).wrapping_mul(0x9E37_79B9) >> 16;
        &self.shards[mixed & (self.shards.len() - 1)]
    }
}

impl Shard {
    /// Drops what was swept outside the lock, for it is somebody else's code, and keeps the room it took.
    fn clear(&self, mut swept: Vec<Entry>) {
        if swept.capacity() == 0 {
            return;
        }
        // The asker who sweeps is not to suffer from a panic in it, nor are those that come after.
        while contain(|| while swept.pop().is_some() {}).is_err() {}
        self.entries.lock().swept = swept;
    }
}

impl Entries {
    fn new() -> Self {
        Self { waiting: Vec::new(), enough: FEWEST, watch: Watch::Off, swept: Vec::new() }
    }

    /// Moves what is not pending any more out of the way.
    fn sweep(&mut self) {
        for at in (0..self.waiting.len()).rev() {
            if !self.waiting[at].subject.is_pending() {
                self.swept.push(self.waiting.swap_remove(at));
            }
        }
        self.enough = FEWEST.max(self.waiting.len() * 2);
        // After a burst the room goes back.
        self.waiting.shrink_to(self.enough * 4);
        self.swept.shrink_to(self.enough * 4);
    }

    /// Takes out what is due, and decides when to look again.
    fn take_due(&mut self, now: Instant) -> Vec<Entry> {
        self.sweep();
        let due = self.waiting.extract_if(.., |entry| entry.expires <= now).collect();
        let next = self.waiting.iter().map(|entry| entry.expires).min();
        self.watch = next.map_or(Watch::Waiting, Watch::Until);
        due
    }
}

/// The task's hold on a shard. A runtime that goes down drops it, perhaps before the task has begun; the next ask, if there
/// is one, starts another task.
struct Watching(Weak<Shard>);

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(shard) = self.0.upgrade() {
            shard.entries.lock().watch = Watch::Off;
        }
    }
}

/// Expires what is due, then sleeps until the next.
async fn watch_over(watching: Watching, late: Arc<AtomicU64>) {
    loop {
        let Some(shard) = watching.0.upgrade() else { return };
        let (due, swept, watch) = {
            let mut entries = shard.entries.lock();
            let due = entries.take_due(Instant::now());
            (due, std::mem::take(&mut entries.swept), entries.watch)
        };
        for entry in due {
            // The asker may be gone by now, and the message with it: a panic in its drop is nobody else's.
            let _ = contain(|| {
                entry.subject.expire(&late);
                drop(entry);
            });
        }
        shard.clear(swept);
        match watch {
            Watch::Until(wakes) => {
                let _ = tokio::time::timeout_at(wakes, shard.sooner.notified()).await;
            }
            Watch::Off | Watch::Waiting => shard.sooner.notified().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    /// Counts how often it expires.
    #[derive(Default)]
    struct Count {
        expired: AtomicU32,
        answered: AtomicBool,
    }

    impl Expire for Count {
        fn expire(&self, _: &Arc<AtomicU64>) {
            self.expired.fetch_add(1, Ordering::Relaxed);
        }

        fn is_pending(&self) -> bool {
            !self.answered.load(Ordering::Relaxed)
        }
    }

    fn answered() -> Arc<Count> {
        Arc::new(Count { answered: AtomicBool::new(true), ..Count::default() })
    }

    fn in_seconds(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    impl DeadlineQueue {
        fn len(&self) -> usize {
            self.shards.iter().map(|shard| shard.entries.lock().waiting.len()).sum()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_answered_expires_in_its_time() {
        let queue = DeadlineQueue::new(Handle::current(), Arc::default());
        let (count, others) = (Arc::new(Count::default()), answered());
        for seconds in [5, 3, 5, 1, 4] {
            queue.add(in_seconds(seconds), &count);
            queue.add(in_seconds(seconds), &others);
        }
        for (after, expired) in [(900, 0), (200, 1), (2_000, 2), (1_000, 3), (1_000, 5), (9_000, 5)] {
            tokio::time::sleep(Duration::from_millis(after)).await;
            assert_eq!(count.expired.load(Ordering::Relaxed), expired);
        }
        assert_eq!(others.expired.load(Ordering::Relaxed), 0);
        assert_eq!((Arc::strong_count(&count), Arc::strong_count(&others)), (1, 1), "nothing is left behind");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_answered_does_not_pile_up() {
        let queue = DeadlineQueue::new(Handle::current(), Arc::default());
        let (pending, others) = (Arc::new(Count::default()), answered());
        for _ in 0..100 {
            queue.add(in_seconds(5), &pending);
        }
        for _ in 0..10_000 {
            queue.add(in_seconds(5), &others);
            assert!(queue.len() <= 200, "{}", queue.len());
        }
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!((pending.expired.load(Ordering::Relaxed), queue.len()), (100, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_in_the_drop_of_one_keeps_no_other_from_expiring() {
        struct Bomb;
        impl Expire for Bomb {
            fn expire(&self, _: &Arc<AtomicU64>) {}

            fn is_pending(&self) -> bool {
                true
            }
        }
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("in drop");
            }
        }
        let queue = DeadlineQueue::new(Handle::current(), Arc::default());
        let count = Arc::new(Count::default());
        for _ in 0..2 {
            queue.add(in_seconds(1), &Arc::new(Bomb));
        }
        for seconds in [1, 1, 2] {
            queue.add(in_seconds(seconds), &count);
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(count.expired.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_deadlines_are_watched_again() {
        let queue = DeadlineQueue::new(Handle::current(), Arc::default());
        let count = Arc::new(Count::default());
        for round in 1..4 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            queue.add(in_seconds(2), &count);
            tokio::time::sleep(Duration::from_millis(2_100)).await;
            assert_eq!(count.expired.load(Ordering::Relaxed), round);
        }
    }

    #[test]
    fn a_task_that_never_began_leaves_its_place_to_another() {
        let first = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let queue = DeadlineQueue::new(first.handle().clone(), Arc::default());
        let count = Arc::new(Count::default());
        {
            let _inside = first.enter();
            queue.add(in_seconds(60), &count);
        }
        drop(first);
        let is_off = |shard: &Arc<Shard>| matches!(shard.entries.lock().watch, Watch::Off);
        assert!(queue.shards.iter().all(is_off), "nobody watches, and nobody believes so");
        queue.add(Instant::now() + Duration::from_secs(60), &count);
        assert!(queue.shards.iter().all(is_off), "nor does anybody come to");
    }
}
