//! The timers of one system: wheels under locks, and the task that sleeps until the next one is due.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::wheel::{Due, Wheel};
use crate::sync::Lock;

/// Something that is done at a time, by the task that watches the timers: it must neither block nor panic.
pub(crate) trait Fire: Send + 'static {
    fn fire(self, timer: TimerId);
}

/// Tells a timer from all others of its shard, past and future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimerId(u64);

/// Where a timer lies in its shard, from one setting to its firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u32);

/// All timers of one system.
///
/// Time is counted in milliseconds from the queue's making. A due time is rounded up and the present one down, so nothing
/// fires early. Each user of the queue keeps to one shard, in which its timers fire in order; each lock is held for
/// as long as it takes to link or unlink one timer, or [`AT_ONCE`] of them, and never while something fires.
///
/// The task is started with the first timer and waits without a deadline while there is none. It holds wheels and no more,
/// so it keeps no system alive; it ends with the queue.
pub(crate) struct TimerQueue<T: Fire> {
    shared: Arc<Shared<T>>,
    runtime: Handle,
}

struct Shared<T> {
    shards: Box<[Shard<T>]>,
    begin: Instant,
    /// The tick at which the task wakes by itself; `u64::MAX` while it looks or has no reason to.
    wakes: AtomicU64,
    /// Tells the task that something is due before that, or that it is to end.
    sooner: Notify,
    /// Whether the task runs.
    watched: AtomicBool,
    closed: AtomicBool,
}

/// Aligned, so that two shards' locks do not share a cache line.
#[repr(align(64))]
struct Shard<T>(Lock<Timers<T>>);

struct Timers<T> {
    wheel: Wheel<T>,
    last_id: u64,
}

/// How many timers are moved, fired or cancelled before somebody else gets the lock and the thread.
const AT_ONCE: usize = 128;

/// How many slots are looked at before somebody else gets the thread.
const STEPS: usize = 32;

/// In milliseconds. What is further away is not waited for.
const A_CENTURY: u64 = 100 * 366 * 86_400_000;

/// More shards than this would only cost memory.
const MOST_SHARDS: usize = 16;

impl<T: Fire> TimerQueue<T> {
    pub(crate) fn new(runtime: Handle) -> Self {
        // Its clock is the one that counts: it may be paused.
        let begin = {
            let _inside = runtime.enter();
            Instant::now()
        };
        let shards = runtime.metrics().num_workers().next_power_of_two().min(MOST_SHARDS);
        let timers = || Timers { wheel: Wheel::new(), last_id: 0 };
        let shared = Shared {
            shards: std::iter::repeat_with(|| Shard(Lock::new(timers()))).take(shards).collect(),
            begin,
            wakes: AtomicU64::new(u64::MAX),
            sooner: Notify::new(),
            watched: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared), runtime }
    }

    /// The present time, as due times are given.
    pub(crate) fn now(&self) -> Duration {
        self.shared.now()
    }

    /// Has `item` fire at `due`. A recurring timer is set anew under the identity it had.
    pub(crate) fn set(&self, owner: u64, due: Duration, timer: Option<TimerId>, item: T) -> (TimerId, Place) {
        let tick = tick_after(due);
        let set = {
            let mut timers = self.shared.shard(owner).lock();
            let timer = timer.unwrap_or_else(|| {
                timers.last_id += 1;
                TimerId(timers.last_id)
            });
            (timer, Place(timers.wheel.insert(tick, timer.0, item)))
        };
        if !self.shared.watched.load(Ordering::Acquire) {
            self.start_watching();
        }
        if tick < self.shared.wakes.load(Ordering::Acquire)
            && tick < self.shared.wakes.fetch_min(tick, Ordering::AcqRel)
        {
            self.shared.sooner.notify_one();
        }
        set
    }

    /// Cancels a timer, if it has not fired; what it would have fired comes back.
    pub(crate) fn cancel(&self, owner: u64, timer: TimerId, place: Place) -> Option<T> {
        self.shared.shard(owner).lock().wheel.remove(place.0, timer.0)
    }

    /// Cancels many timers of one owner.
    pub(crate) fn cancel_all(&self, owner: u64, mut timers: impl Iterator<Item = (TimerId, Place)>) {
        loop {
            let mut cancelled = Vec::new();
            let mut shard = self.shared.shard(owner).lock();
            for (timer, place) in timers.by_ref().take(AT_ONCE) {
                cancelled.push(shard.wheel.remove(place.0, timer.0));
            }
            drop(shard);
            if cancelled.len() < AT_ONCE {
                return;
            }
        }
    }

    #[cold]
    fn start_watching(&self) {
        if !self.shared.watched.swap(true, Ordering::AcqRel) {
            self.runtime.spawn(watch(Watching(self.shared.clone())));
        }
    }
}

impl<T: Fire> Drop for TimerQueue<T> {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.sooner.notify_one();
    }
}

/// Fires what is due, then sleeps until the next.
///
/// The task (1) says that it looks, so that whoever sets a timer tells it, (2) looks at each shard, (3) says until when it
/// sleeps. A timer set before (2) is seen there; one set after it is told of, as its owner, who had the lock later, sees (1).
async fn watch<T: Fire>(watching: Watching<T>) {
    let shared = &watching.0;
    let mut due = Due::with_capacity(AT_ONCE);
    while !shared.closed.load(Ordering::Acquire) {
        shared.wakes.store(u64::MAX, Ordering::Release);
        let now = shared.now().as_millis() as u64;
        let next = shared.take_due(now, &mut due);
        if next.is_some_and(|next| next <= now) || !due.is_empty() {
            for (timer, item) in due.drain(..) {
                item.fire(TimerId(timer));
            }
            // Others' turn, first of all that of those for whom something has fired.
            tokio::task::yield_now().await;
            continue;
        }
        let Some(next) = next.filter(|&next| next - now < A_CENTURY) else {
            shared.sooner.notified().await;
            continue;
        };
        shared.wakes.fetch_min(next, Ordering::AcqRel);
        let wakes = shared.begin + Duration::from_millis(next);
        let _ = tokio::time::timeout_at(wakes, shared.sooner.notified()).await;
    }
}

/// The task's hold on the timers. A runtime that goes down drops it: nothing will fire any more.
struct Watching<T: Fire>(Arc<Shared<T>>);

impl<T: Fire> Drop for Watching<T> {
    fn drop(&mut self) {
        for shard in &self.0.shards {
            let wheel = std::mem::replace(&mut shard.0.lock().wheel, Wheel::new());
            // Outside the lock: what it holds is somebody else's.
            drop(wheel);
        }
        self.0.watched.store(false, Ordering::Release);
    }
}

impl<T> Shared<T> {
    fn shard(&self, owner: u64) -> &Lock<Timers<T>> {
        &self.shards[owner as usize & (self.shards.len() - 1)].0
    }

    fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.begin)
    }

    /// Takes out some of what is due, the earliest first, and says when there is something to do next.
    fn take_due(&self, now: u64, due: &mut Due<T>) -> Option<u64> {
        for _ in 0..STEPS {
            let (next, shard) = self.earliest()?;
            let room = AT_ONCE - due.len();
            if next > now || room == 0 {
                return Some(next);
            }
            shard.0.lock().wheel.step(now, room, due);
        }
        Some(now)
    }

    fn earliest(&self) -> Option<(u64, &Shard<T>)> {
        let next = |shard: &Shard<T>| shard.0.lock().wheel.next();
        let nexts = self.shards.iter().filter_map(|shard| Some((next(shard)?, shard)));
        nexts.min_by_key(|&(next, _)| next)
    }
}

/// The first tick that is not before `due`.
fn tick_after(due: Duration) -> u64 {
    u64::try_from(due.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes its number when it fires.
    struct Note(u32, Arc<Lock<Vec<u32>>>);

    impl Fire for Note {
        fn fire(self, _: TimerId) {
            self.1.lock().push(self.0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn timers_of_all_shards_fire_in_order_and_none_early() {
        let (queue, fired) = (TimerQueue::new(Handle::current()), Arc::new(Lock::new(Vec::new())));
        let seconds = [3, 1, 60, 2, 86_400, 5];
        for (owner, second) in (0..).zip(seconds) {
            queue.set(owner, Duration::from_secs(second.into()), None, Note(second, fired.clone()));
        }
        let (timer, place) = queue.set(1, Duration::from_secs(4), None, Note(4, fired.clone()));
        queue.set(1, Duration::MAX, None, Note(0, fired.clone()));
        assert!(queue.cancel(1, timer, place).is_some());
        assert!(queue.cancel(1, timer, place).is_none());
        for (before, after) in [(999, 0), (1, 1), (999, 1), (1, 2), (3_001, 4)] {
            tokio::time::sleep(Duration::from_millis(before)).await;
            tokio::task::yield_now().await;
            assert_eq!(fired.lock().len(), after);
        }
        tokio::time::sleep(Duration::from_secs(90_000)).await;
        assert_eq!(*fired.lock(), [1, 2, 3, 5, 60, 86_400]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_that_is_due_before_the_task_would_wake_wakes_it() {
        let (queue, fired) = (TimerQueue::new(Handle::current()), Arc::new(Lock::new(Vec::new())));
        queue.set(1, Duration::from_secs(1), None, Note(1, fired.clone()));
        queue.set(1, Duration::from_secs(100), None, Note(100, fired.clone()));
        tokio::time::sleep(Duration::from_secs(2)).await;
        for second in [7, 5, 6] {
            queue.set(1, Duration::from_secs(second), None, Note(second as u32, fired.clone()));
        }
        tokio::time::sleep(Duration::from_millis(5_001)).await;
        assert_eq!(*fired.lock(), [1, 5, 6, 7]);
    }

    #[test]
    fn a_runtime_that_goes_down_takes_the_timers_with_it() {
        let fired = Arc::new(Lock::new(Vec::new()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let queue = TimerQueue::new(runtime.handle().clone());
        queue.set(1, Duration::from_secs(4), None, Note(4, fired.clone()));
        runtime.block_on(tokio::task::yield_now());
        assert_eq!(Arc::strong_count(&fired), 2);
        drop(runtime);
        assert_eq!(Arc::strong_count(&fired), 1);
        queue.set(1, Duration::from_secs(4), None, Note(4, fired.clone()));
        assert_eq!(Arc::strong_count(&fired), 1, "nor does it keep what comes later");
    }

    #[tokio::test(start_paused = true)]
    async fn the_task_ends_with_the_queue() {
        let (queue, fired) = (TimerQueue::new(Handle::current()), Arc::new(Lock::new(Vec::new())));
        queue.set(1, Duration::from_secs(4), None, Note(4, fired.clone()));
        let shared = Arc::downgrade(&queue.shared);
        tokio::task::yield_now().await;
        drop(queue);
        tokio::task::yield_now().await;
        assert!(shared.upgrade().is_none());
        assert_eq!(Arc::strong_count(&fired), 1);
    }

    #[test]
    fn due_times_are_rounded_up() {
        assert_eq!(tick_after(Duration::ZERO), 0);
        assert_eq!(tick_after(Duration::from_nanos(1)), 1);
        assert_eq!(tick_after(Duration::from_millis(7)), 7);
        assert_eq!(tick_after(Duration::MAX), u64::MAX);
    }
}
