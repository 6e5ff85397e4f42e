//! The deadlines of the asks under way.
//!
//! An ask that has to wait enters a [`Roll`] and strikes itself out when it is over. Neither takes a lock or looks at other
//! asks. A task sleeps until the first deadline and calls the roll then; while asks are answered in time it wakes about once
//! per timeout, not once per ask.
//!
//! An asker has to know that the task wakes in time without a look at the dates of others. It compares timeouts: the task
//! leaves word how long one must be, at least, to need no attention. The dates of such asks come after the one the task
//! wakes at, for they are counted from a later time. While the roll is called no timeout is long enough: an asker that
//! enters then is seen, or sees that.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::cell::{Asker, Limit};
use crate::mailbox::{Course, Roll, Wakers};
use crate::message::Message;
use crate::panics::contain;
use crate::sync::Lock;

/// The deadlines of all asks of one system that have to wait.
pub struct DeadlineQueue {
    vigil: Arc<Vigil>,
    runtime: Handle,
}

/// More would take room, and askers meet only for the few steps of entering.
const MOST_ROWS: usize = 16;

/// What the queue shares with its task.
struct Vigil {
    roll: Roll<Limit>,
    /// In nanoseconds, the shortest timeout that needs no attention.
    patience: AtomicU64,
    watch: Lock<Watch>,
    /// Tells the task that it is to wake at another time than it would.
    sooner: Notify,
    late: Arc<AtomicU64>,
}

/// No timeout is as long.
const NONE: u64 = u64::MAX;

/// What the task that watches the deadlines does.
#[derive(Clone, Copy, PartialEq)]
enum Watch {
    /// There is none.
    Off,
    /// It waits to be told of a deadline, or calls the roll.
    Waiting,
    /// It wakes then by itself.
    Until(Instant),
    /// The queue is gone, and the task is to follow.
    Over,
}

impl fmt::Debug for DeadlineQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeadlineQueue")
    }
}

impl DeadlineQueue {
    /// `late` counts answers that come when nobody waits for them any more.
    pub(crate) fn new(runtime: Handle, late: Arc<AtomicU64>) -> Self {
        let vigil = Vigil {
            roll: Roll::new(runtime.metrics().num_workers().min(MOST_ROWS)),
            patience: AtomicU64::new(NONE),
            watch: Lock::new(Watch::Off),
            sooner: Notify::new(),
            late,
        };
        Self { vigil: Arc::new(vigil), runtime }
    }

    /// Has the time of a question be over then, which is so long from now, if it is still open.
    #[inline]
    pub(crate) fn add<M: Message>(&self, asker: &mut Asker<M>, until: Instant, timeout: Duration) {
        asker.enroll(&self.vigil.roll);
        let timeout = nanoseconds(timeout);
        if timeout < self.vigil.patience.load(Ordering::Acquire) {
            self.attend(until, timeout);
        }
    }

    /// Has the time of a question that is waited for be over now; which one, says `is_it` of the address of its course. Looks at
    /// all that wait.
    pub(super) fn expire(&self, is_it: impl Fn(usize) -> bool) {
        let look = |course: &Course<Limit>| {
            is_it(std::ptr::from_ref(course).addr()).then(|| course.run_out(&self.vigil.late))
        };
        self.vigil.roll.call(look, wake);
    }

    /// An answer came too late, and nobody but its asker noticed.
    #[cold]
    pub(crate) fn count_late_answer(&self) {
        self.vigil.late.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    #[inline(never)]
    fn attend(&self, until: Instant, timeout: u64) {
        let vigil = &self.vigil;
        let mut watch = vigil.watch.lock();
        let before = *watch;
        if let Watch::Until(wakes) = before
            && wakes <= until
        {
            vigil.patience.fetch_min(timeout, Ordering::AcqRel);
            return;
        }
        *watch = Watch::Until(until);
        vigil.patience.store(timeout, Ordering::Release);
        drop(watch);
        if before == Watch::Off {
            // Outside the lock: a runtime that has gone down drops the task at once.
            drop(self.runtime.spawn(watch_over(Watching(vigil.clone()))));
        } else {
            vigil.sooner.notify_one();
        }
    }
}

impl Drop for DeadlineQueue {
    fn drop(&mut self) {
        *self.vigil.watch.lock() = Watch::Over;
        self.vigil.sooner.notify_one();
    }
}

impl Vigil {
    /// Expires what is due, and decides when to look again.
    fn call(&self) {
        {
            let mut watch = self.watch.lock();
            if *watch == Watch::Over {
                return;
            }
            *watch = Watch::Waiting;
            self.patience.store(NONE, Ordering::Release);
        }
        let now = Instant::now();
        let mut first: Option<Instant> = None;
        let look = |course: &Course<Limit>| {
            let until = course.terms().until().filter(|_| course.is_open())?;
            if until <= now {
                return Some(course.run_out(&self.late));
            }
            first = Some(first.map_or(until, |first| first.min(until)));
            None
        };
        self.roll.call(look, wake);
        let Some(first) = first else { return };
        let mut watch = self.watch.lock();
        let wakes = match *watch {
            // Somebody who entered meanwhile needs it.
            Watch::Until(wakes) => wakes.min(first),
            Watch::Waiting => first,
            Watch::Off | Watch::Over => return,
        };
        *watch = Watch::Until(wakes);
        self.patience.store(nanoseconds(wakes.saturating_duration_since(now)), Ordering::Release);
    }
}

/// An asker's waker may be a user's.
fn wake(wakers: Wakers) {
    let _ = contain(|| wakers.wake());
}

fn nanoseconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

/// The task's hold. A runtime that goes down drops it, perhaps before the task has begun; the next ask, if there is one,
/// starts another task.
struct Watching(Arc<Vigil>);

impl Drop for Watching {
    fn drop(&mut self) {
        let mut watch = self.0.watch.lock();
        if *watch != Watch::Over {
            *watch = Watch::Off;
            self.0.patience.store(NONE, Ordering::Release);
        }
    }
}

/// Calls the roll at the first deadline, then at the next.
async fn watch_over(watching: Watching) {
    let vigil = &*watching.0;
    loop {
        let watch = *vigil.watch.lock();
        match watch {
            Watch::Until(wakes) => {
                if timeout_at(wakes, vigil.sooner.notified()).await.is_err() {
                    vigil.call();
                }
            }
            Watch::Waiting => vigil.sooner.notified().await,
            Watch::Off | Watch::Over => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::kernel::ask::Posted;
    use crate::message::Plain;

    struct Ping;

    impl Message for Ping {
        type Reply = ();
        type Kind = Plain;
    }

    fn queue() -> DeadlineQueue {
        DeadlineQueue::new(Handle::current(), Arc::default())
    }

    impl DeadlineQueue {
        fn ask(&self, seconds: u64) -> (Asker<Ping>, Posted<Ping>) {
            let timeout = Duration::from_secs(seconds);
            let until = Instant::now() + timeout;
            let (mut asker, question) = Asker::new(Ping, Limit::watched(until), Some(Waker::noop()));
            self.add::<Ping>(&mut asker, until, timeout);
            (asker, Posted::new(question))
        }

        fn len(&self) -> usize {
            let mut count = 0;
            self.vigil.roll.call(
                |_| {
                    count += 1;
                    None::<()>
                },
                drop,
            );
            count
        }
    }

    fn expired(asks: &[(Asker<Ping>, Posted<Ping>)]) -> usize {
        asks.iter().filter(|(asker, _)| asker.course().has_expired()).count()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_answered_expires_in_its_time() {
        let queue = queue();
        let asks = [5, 3, 5, 1, 4].map(|seconds| queue.ask(seconds));
        let answered: Vec<_> = (1..5)
            .map(|seconds| {
                let (asker, question) = queue.ask(seconds);
                question.open().1.pay(());
                asker
            })
            .collect();
        for (after, count) in [(900, 0), (200, 1), (2_000, 2), (1_000, 3), (1_000, 5), (9_000, 5)] {
            tokio::time::sleep(Duration::from_millis(after)).await;
            assert_eq!(expired(&asks), count);
        }
        assert!(answered.iter().all(|asker| asker.is_settled() && !asker.course().has_expired()));
        drop((asks, answered));
        assert_eq!(queue.len(), 0, "nothing is left behind");
    }

    #[tokio::test(start_paused = true)]
    async fn an_ask_leaves_when_it_is_answered_or_given_up() {
        let queue = queue();
        let pending: Vec<_> = (0..1_000).map(|_| queue.ask(5)).collect();
        for round in 0..10_000 {
            let (asker, question) = queue.ask(5);
            if round % 2 == 0 {
                question.open().1.pay(());
                assert!(asker.into_answer().is_ok());
            } else {
                drop(asker);
            }
            assert!(round % 1_000 > 0 || queue.len() == 1_000);
        }
        assert_eq!(expired(&pending), 0);
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!(expired(&pending), 1_000);
        drop(pending);
        assert_eq!(queue.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_timeout_after_longer_ones_is_watched_too() {
        let queue = queue();
        for _ in 0..3 {
            let long = queue.ask(60);
            tokio::time::sleep(Duration::from_secs(30)).await;
            // Its date comes after the first one's, though its timeout is shorter; that of the next comes before.
            let asks = [queue.ask(50), queue.ask(40), queue.ask(10)];
            for (after, count) in [(9, 0), (2, 1), (28, 1), (2, 2), (10, 3)] {
                tokio::time::sleep(Duration::from_secs(after)).await;
                assert_eq!(expired(&asks), count);
            }
            assert!(long.0.course().has_expired());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_of_a_waker_keeps_no_other_ask_from_expiring() {
        struct Bomb;
        impl std::task::Wake for Bomb {
            fn wake(self: Arc<Self>) {
                panic!("in a waker");
            }
        }
        let queue = queue();
        let mut asks = [1, 1, 1, 1, 2].map(|seconds| queue.ask(seconds));
        let bomb = Waker::from(Arc::new(Bomb));
        for (asker, _) in &mut asks[..2] {
            assert!(asker.poll_settled(&mut Context::from_waker(&bomb)).is_pending());
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(expired(&asks), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_deadlines_are_watched_again() {
        let queue = queue();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            let ask = queue.ask(2);
            tokio::time::sleep(Duration::from_millis(2_100)).await;
            assert!(ask.0.course().has_expired());
        }
    }

    #[test]
    fn a_task_that_never_began_leaves_its_place_to_another() {
        let first = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let queue = DeadlineQueue::new(first.handle().clone(), Arc::default());
        {
            let _inside = first.enter();
            drop(queue.ask(60));
        }
        drop(first);
        let is_off = || *queue.vigil.watch.lock() == Watch::Off;
        assert!(is_off(), "nobody watches, and nobody believes so");
        drop(queue.ask(60));
        assert!(is_off(), "nor does anybody come to");
    }

    #[tokio::test(start_paused = true)]
    async fn the_task_goes_with_the_queue() {
        let queue = queue();
        drop(queue.ask(5));
        tokio::task::yield_now().await;
        let vigil = Arc::downgrade(&queue.vigil);
        drop(queue);
        tokio::task::yield_now().await;
        assert!(vigil.upgrade().is_none());
    }
}
