//! Work beside the mailbox: pipes, blocking calls, streams, dedicated threads.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll};

use actors::prelude::*;
use tokio::sync::Notify;

use crate::support::*;

#[derive(Message)]
struct Done(u64);

/// A worker whose piped future waits for the test.
#[derive(Clone, Default)]
struct Worker {
    journal: Journal,
    gate: Arc<Notify>,
}

impl Actor for Worker {}

impl Handler<Done> for Worker {
    async fn handle(&mut self, done: Done, _: &mut Context<Self>) {
        self.journal.note(format!("done {}", done.0));
    }
}

#[handlers]
impl Worker {
    #[handler]
    fn begin(&mut self, number: u64, ctx: &mut Context<Self>) {
        let gate = self.gate.clone();
        let work = async move {
            gate.notified().await;
            number
        };
        ctx.pipe(work, Done);
    }
    #[handler]
    fn begin_badly(&mut self, ctx: &mut Context<Self>) {
        ctx.pipe(async { panic!("in the pipe") }, |(): ()| Done(0));
    }
    #[handler]
    fn compute(&mut self, number: u64, ctx: &mut Context<Self>) {
        ctx.blocking(move || number * 2, Done);
    }
    #[handler]
    fn compute_badly(&mut self, ctx: &mut Context<Self>) {
        ctx.blocking(|| panic!("in the pool"), |(): ()| Done(0));
    }
    #[handler]
    fn follow(&mut self, numbers: Numbers, ctx: &mut Context<Self>) {
        ctx.attach(numbers, Done);
    }
    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }
    #[handler]
    fn nothing(&mut self) {}
}

async fn until(journal: &Journal, entries: usize) {
    while journal.entries().len() < entries {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_pipe_brings_its_result_while_the_actor_goes_on() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    actor.begin(1).await.unwrap();
    actor.nothing().await.unwrap();
    worker.gate.notify_one();
    until(&worker.journal, 1).await;
    assert_eq!(worker.journal.entries(), ["done 1"]);
}

#[tokio::test]
async fn the_pipe_of_a_life_that_is_over_brings_nothing() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let state = worker.clone();
    let actor = system.actor(move || state.clone()).restart(Restart::transient().max(5, seconds(5))).spawn();
    actor.begin(1).await.unwrap();
    actor.explode().tell().await.unwrap();
    actor.begin(2).await.unwrap();
    worker.gate.notify_waiters();
    worker.gate.notify_one();
    until(&worker.journal, 1).await;
    actor.nothing().await.unwrap();
    assert_eq!(worker.journal.entries(), ["done 2"]);
}

#[tokio::test]
async fn a_panic_beside_the_mailbox_fails_its_owner() {
    let system = ActorSystem::new();
    let actor = system.spawn(Worker::default());
    actor.begin_badly().tell().await.unwrap();
    assert_eq!(actor.wait().await.to_string(), "panicked: in the pipe");
    let actor = system.spawn(Worker::default());
    actor.compute_badly().tell().await.unwrap();
    assert_eq!(actor.wait().await.to_string(), "panicked: in the pool");
    // The pool goes on.
    let worker = Worker::default();
    let actor = system.spawn(worker.clone());
    for number in 0..100 {
        actor.compute(number).tell().await.unwrap();
    }
    until(&worker.journal, 100).await;
}

#[tokio::test]
async fn blocking_work_does_not_stall_the_scheduler() {
    // One worker thread; the blocking work ends only after the scheduler has run something else.
    let system = ActorSystem::builder().blocking_threads(2).build();
    struct Blocker;
    impl Actor for Blocker {}
    impl Handler<Done> for Blocker {
        async fn handle(&mut self, _: Done, ctx: &mut Context<Self>) {
            ctx.stop();
        }
    }
    #[handlers]
    impl Blocker {
        #[handler]
        fn block(&mut self, until: std::sync::mpsc::Receiver<u64>, ctx: &mut Context<Self>) {
            ctx.blocking(move || until.recv().unwrap(), Done);
        }
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    let blocker = system.spawn(Blocker);
    blocker.block(receiver).await.unwrap();
    let scribe = system.spawn(Scribe::default());
    assert_eq!(scribe.write(1).await, Ok(1));
    sender.send(1).unwrap();
    assert!(matches!(blocker.wait().await, ExitReason::Normal));
}

/// Counts how often it was pulled.
struct Numbers {
    next: u64,
    last: u64,
    pulled: Arc<AtomicUsize>,
}

impl futures_core::Stream for Numbers {
    type Item = u64;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        self.pulled.fetch_add(1, Ordering::Relaxed);
        self.next += 1;
        Poll::Ready((self.next <= self.last).then_some(self.next))
    }
}

#[tokio::test]
async fn a_stream_is_pulled_only_as_the_mailbox_has_room() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let state = worker.clone();
    let actor = system.actor(move || state.clone()).mailbox(Mailbox::bounded(4)).spawn();
    let pulled = Arc::new(AtomicUsize::new(0));
    actor.follow(Numbers { next: 0, last: 100, pulled: pulled.clone() }).await.unwrap();
    for _ in 0..10 {
        let ahead = pulled.load(Ordering::Relaxed) - worker.journal.entries().len();
        assert!(ahead <= 4 + 2, "{ahead} pulled ahead of a mailbox of 4");
        tokio::task::yield_now().await;
    }
    until(&worker.journal, 100).await;
    assert_eq!(pulled.load(Ordering::Relaxed), 101);
}

#[tokio::test]
async fn a_stream_that_is_always_ready_leaves_the_thread_to_others() {
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.actor(move || worker.clone()).mailbox(Mailbox::unbounded()).spawn();
    let pulled = Arc::new(AtomicUsize::new(0));
    actor.follow(Numbers { next: 0, last: u64::MAX, pulled: pulled.clone() }).await.unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let ahead = pulled.load(Ordering::Relaxed);
    assert!((1..10_000).contains(&ahead), "{ahead} pulled in a few turns");
    actor.kill();
    actor.wait().await;
}

#[tokio::test]
async fn a_dedicated_thread_may_block() {
    #[derive(Actor)]
    #[actor(thread = dedicated)]
    struct Own;
    #[handlers]
    impl Own {
        #[handler]
        fn block(&mut self, until: std::sync::mpsc::Receiver<u64>) -> u64 {
            until.recv().unwrap()
        }
        #[handler]
        async fn nap(&mut self) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
    // The test has one worker thread, which the handler would block if it ran there.
    let system = ActorSystem::new();
    let own = system.spawn(Own);
    let (sender, receiver) = std::sync::mpsc::channel();
    let blocked = tokio::spawn(own.block(receiver).owned());
    let scribe = system.spawn(Scribe::default());
    assert_eq!(scribe.write(1).await, Ok(1));
    sender.send(7).unwrap();
    assert_eq!(blocked.await.unwrap(), Ok(7));
    own.nap().await.unwrap();
    own.stop();
    assert!(matches!(own.wait().await, ExitReason::Normal));
}

#[tokio::test(start_paused = true)]
async fn a_stream_waits_for_room_whatever_the_mailbox_does_with_others() {
    use actors::{Mailbox, OnFull};
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::{Context as TaskContext, Poll};

    /// Counts how many were pulled.
    struct Counted(Arc<AtomicU64>);

    impl futures_core::Stream for Counted {
        type Item = u64;

        fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            Poll::Ready((number < 100).then_some(number))
        }
    }

    struct Reader {
        pulled: Arc<AtomicU64>,
        read: Journal,
    }

    struct Item(u64);

    impl actors::Message for Item {
        type Reply = ();
        type Kind = actors::Plain;
    }

    impl Actor for Reader {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            ctx.attach(Counted(self.pulled.clone()), Item);
            Ok(())
        }
    }

    impl Handler<Item> for Reader {
        async fn handle(&mut self, Item(number): Item, _: &mut Context<Self>) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            let ahead = self.pulled.load(Ordering::Relaxed) - number;
            assert!(ahead <= 7, "{ahead} are pulled that nobody has read");
            self.read.note(number.to_string());
        }
    }

    for policy in [OnFull::Wait, OnFull::Reject, OnFull::DropNewest, OnFull::DropOldest] {
        let (system, read) = (ActorSystem::new(), Journal::default());
        let for_it = read.clone();
        let reader = move || Reader { pulled: Arc::default(), read: for_it.clone() };
        let _reader = system.actor(reader).mailbox(Mailbox::bounded(4).on_full(policy)).spawn();
        let all = tokio::time::timeout(seconds(60), until(&read, 100)).await;
        assert!(all.is_ok(), "{policy:?}: only {} were read", read.entries().len());
        assert!(read.entries().into_iter().eq((0..100).map(|number| number.to_string())), "{policy:?}");
        assert_eq!(system.dead_letter_counts().total(), 0, "{policy:?}");
    }
}
