//! The deadlines of the asks under way.
//!
//! Asks with the same timeout expire in the order they were made, so one list for each length of timeout holds them in
//! order: adding and removing is constant, and the next to expire is the first of some list. A task sleeps until then.
//! While every ask is answered in time it wakes about once per timeout, not once per ask.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sync::Lock;

/// Lists are searched one after another, so there may not be many.
const MOST_LISTS: usize = 64;

/// Something that can run out of time.
pub(crate) trait Expire: Send + Sync {
    fn expire(&self);
}

/// The deadlines of all asks of one system that have to wait.
pub struct DeadlineQueue {
    shared: Arc<Shared>,
    runtime: Handle,
}

impl fmt::Debug for DeadlineQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeadlineQueue")
    }
}

struct Shared {
    lists: Lock<Lists>,
    /// Tells the task that something expires before it would wake.
    sooner: Notify,
}

#[derive(Default)]
struct Lists {
    by_timeout: Vec<List>,
    entries: Vec<Entry>,
    free: Option<u32>,
    watch: Watch,
    /// Whether anything was added since the task last looked.
    busy: bool,
}

/// What the task that watches the deadlines does.
#[derive(Default, Clone, Copy, PartialEq)]
enum Watch {
    /// There is none.
    #[default]
    Off,
    /// It waits to be told of a deadline.
    Waiting,
    /// It wakes then by itself.
    Until(Instant),
}

struct List {
    timeout: Duration,
    first: Option<u32>,
    last: Option<u32>,
}

struct Entry {
    expires: Instant,
    /// `None` in an entry that is free.
    subject: Option<Arc<dyn Expire>>,
    list: u32,
    before: Option<u32>,
    after: Option<u32>,
}

/// A deadline that was set; dropping this removes it.
pub(crate) struct Deadline {
    shared: Arc<Shared>,
    entry: u32,
}

impl Drop for Deadline {
    fn drop(&mut self) {
        let subject = self.shared.lists.lock().remove(self.entry);
        // Dropped outside the lock: it is somebody else's code.
        drop(subject);
    }
}

impl DeadlineQueue {
    pub(crate) fn new(runtime: Handle) -> Self {
        let shared = Shared { lists: Lock::new(Lists::default()), sooner: Notify::new() };
        Self { shared: Arc::new(shared), runtime }
    }

    /// Has `subject` expire after `timeout`, unless the deadline is removed before.
    ///
    /// `None` if there are too many different timeouts at once; the asker then needs a timer of its own.
    pub(crate) fn add(&self, timeout: Duration, subject: Arc<dyn Expire>) -> Option<Deadline> {
        let now = Instant::now();
        // A timeout too large to be a date is none; thirty years are as good.
        let expires = now.checked_add(timeout).unwrap_or(now + Duration::from_secs(1 << 30));
        let mut lists = self.shared.lists.lock();
        let entry = lists.append(timeout, expires, subject)?;
        match lists.watch {
            Watch::Until(wakes) if wakes <= expires => {}
            Watch::Off => {
                lists.watch = Watch::Until(expires);
                self.runtime.spawn(watch(Arc::downgrade(&self.shared)));
            }
            Watch::Waiting | Watch::Until(_) => {
                lists.watch = Watch::Until(expires);
                drop(lists);
                self.shared.sooner.notify_one();
            }
        }
        Some(Deadline { shared: self.shared.clone(), entry })
    }
}

/// Expires what is due, then sleeps until the next.
async fn watch(shared: Weak<Shared>) {
    // A runtime that goes down drops this task; the next ask, if there is one, starts another.
    struct Off(Weak<Shared>);
    impl Drop for Off {
        fn drop(&mut self) {
            if let Some(shared) = self.0.upgrade() {
                shared.lists.lock().watch = Watch::Off;
            }
        }
    }
    let _off = Off(shared.clone());
    loop {
        let Some(shared) = shared.upgrade() else { return };
        let now = Instant::now();
        let (due, watch) = shared.lists.lock().take_due(now);
        for subject in due {
            // The asker may be gone by now, and the message with it: a panic in its drop is nobody else's.
            let expire = AssertUnwindSafe(|| {
                subject.expire();
                drop(subject);
            });
            let _ = catch_unwind(expire);
        }
        match watch {
            Watch::Until(wakes) => {
                let _ = tokio::time::timeout_at(wakes, shared.sooner.notified()).await;
            }
            Watch::Off | Watch::Waiting => shared.sooner.notified().await,
        }
    }
}

impl Lists {
    fn append(&mut self, timeout: Duration, expires: Instant, subject: Arc<dyn Expire>) -> Option<u32> {
        let list = self.list_of(timeout)?;
        let before = self.by_timeout[list].last;
        let entry = Entry { expires, subject: Some(subject), list: list as u32, before, after: None };
        let at = match self.free {
            Some(free) => {
                self.free = self.entries[free as usize].after;
                self.entries[free as usize] = entry;
                free
            }
            None => {
                self.entries.push(entry);
                u32::try_from(self.entries.len() - 1).expect("fewer than 2^32 asks at once")
            }
        };
        match before {
            Some(before) => self.entries[before as usize].after = Some(at),
            None => self.by_timeout[list].first = Some(at),
        }
        self.by_timeout[list].last = Some(at);
        Some(at)
    }

    /// Frees an entry; the subject comes back unless it has expired.
    fn remove(&mut self, at: u32) -> Option<Arc<dyn Expire>> {
        let subject = self.entries[at as usize].subject.take();
        if subject.is_some() {
            self.unlink(at);
        }
        self.entries[at as usize].after = self.free;
        self.free = Some(at);
        subject
    }

    fn unlink(&mut self, at: u32) {
        let Entry { list, before, after, .. } = self.entries[at as usize];
        match before {
            Some(before) => self.entries[before as usize].after = after,
            None => self.by_timeout[list as usize].first = after,
        }
        match after {
            Some(after) => self.entries[after as usize].before = before,
            None => self.by_timeout[list as usize].last = before,
        }
    }

    /// Takes out what is due, and decides when to look again.
    fn take_due(&mut self, now: Instant) -> (Vec<Arc<dyn Expire>>, Watch) {
        let mut due = Vec::new();
        for list in 0..self.by_timeout.len() {
            while let Some(first) = self.by_timeout[list].first
                && self.entries[first as usize].expires <= now
            {
                due.extend(self.entries[first as usize].subject.take());
                // The entry itself is freed when whoever set the deadline removes it.
                self.unlink(first);
            }
        }
        let firsts = self.by_timeout.iter().filter_map(|list| list.first);
        let next = firsts.map(|first| self.entries[first as usize].expires).min();
        let shortest = self.by_timeout.iter().map(|list| list.timeout).min();
        self.watch = match (next, shortest) {
            (Some(next), _) => Watch::Until(next),
            // Nothing waits now, but asks come and go: whatever comes next expires no sooner than this.
            (None, Some(shortest)) if std::mem::take(&mut self.busy) => match now.checked_add(shortest) {
                Some(later) => Watch::Until(later),
                None => Watch::Waiting,
            },
            (None, _) => {
                self.by_timeout.clear();
                Watch::Waiting
            }
        };
        (due, self.watch)
    }

    /// The list for a timeout: its own, or one that is empty and can become it.
    fn list_of(&mut self, timeout: Duration) -> Option<usize> {
        self.busy = true;
        let own = self.by_timeout.iter().position(|list| list.timeout == timeout);
        if own.is_some() {
            return own;
        }
        if let Some(empty) = self.by_timeout.iter().position(|list| list.first.is_none()) {
            self.by_timeout[empty].timeout = timeout;
            return Some(empty);
        }
        if self.by_timeout.len() == MOST_LISTS {
            return None;
        }
        self.by_timeout.push(List { timeout, first: None, last: None });
        Some(self.by_timeout.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Expire for Count {
        fn expire(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_removed_expires_in_its_time() {
        let queue = DeadlineQueue::new(Handle::current());
        let count = Arc::new(Count::default());
        let mut kept = Vec::new();
        for seconds in [5, 3, 5, 1, 4] {
            kept.extend(queue.add(Duration::from_secs(seconds), count.clone()));
            let removed = queue.add(Duration::from_secs(seconds), count.clone());
            drop(removed);
        }
        for (after, expired) in [(900, 0), (200, 1), (2_000, 2), (1_000, 3), (1_000, 5), (9_000, 5)] {
            tokio::time::sleep(Duration::from_millis(after)).await;
            assert_eq!(count.0.load(Ordering::Relaxed), expired);
        }
        drop(kept);
        assert_eq!(Arc::strong_count(&count), 1, "nothing is left behind");
        let entries = queue.shared.lists.lock().entries.len();
        assert!(entries <= 6, "{entries} entries for 6 deadlines at once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_in_the_drop_of_one_keeps_no_other_from_expiring() {
        struct Bomb;
        impl Expire for Bomb {
            fn expire(&self) {}
        }
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("in drop");
            }
        }
        let queue = DeadlineQueue::new(Handle::current());
        let count = Arc::new(Count::default());
        let bombs = [(); 2].map(|()| queue.add(Duration::from_secs(1), Arc::new(Bomb)));
        let deadlines = [1, 1, 2].map(|seconds| queue.add(Duration::from_secs(seconds), count.clone()));
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(count.0.load(Ordering::Relaxed), 3);
        drop((bombs, deadlines));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_deadlines_are_watched_again() {
        let queue = DeadlineQueue::new(Handle::current());
        let count = Arc::new(Count::default());
        for round in 1..4 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            let deadline = queue.add(Duration::from_secs(2), count.clone());
            tokio::time::sleep(Duration::from_millis(2_100)).await;
            tokio::task::yield_now().await;
            assert_eq!(count.0.load(Ordering::Relaxed), round);
            drop(deadline);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_different_timeouts_are_left_to_others() {
        let queue = DeadlineQueue::new(Handle::current());
        let count = Arc::new(Count::default());
        let add = |seconds| queue.add(Duration::from_secs(seconds), count.clone());
        let deadlines: Vec<_> = (1..=MOST_LISTS as u64).map(|seconds| add(seconds).unwrap()).collect();
        assert!(add(1_000).is_none());
        assert!(add(1).is_some());
        drop(deadlines);
        assert!(add(1_000).is_some(), "an empty list serves another timeout");
    }
}
