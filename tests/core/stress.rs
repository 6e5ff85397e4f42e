//! Many producers, and an end that comes at any moment: sent is handled, returned or dead, exactly.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use actors::prelude::*;

const PRODUCERS: usize = 16;
const EACH: u64 = 400;

/// What became of the messages, as the actor saw them.
#[derive(Default)]
struct Books {
    handled: AtomicU64,
    sum: AtomicU64,
    /// The last number of each producer; numbers may be missing, but none comes late.
    last: [AtomicU64; PRODUCERS],
}

#[derive(Actor)]
struct Keeper(Arc<Books>);

#[handlers]
impl Keeper {
    #[handler]
    async fn enter(&mut self, producer: usize, number: u64) -> u64 {
        self.0.handled.fetch_add(1, Ordering::Relaxed);
        self.0.sum.fetch_add(number, Ordering::Relaxed);
        let last = self.0.last[producer].swap(number, Ordering::Relaxed);
        assert!(last < number, "producer {producer}: {number} after {last}");
        if number.is_multiple_of(7) {
            tokio::task::yield_now().await;
        }
        number
    }
}

/// What a producer knows of its messages.
#[derive(Default)]
struct Sent {
    tells: u64,
    sum: u64,
    returned: u64,
    answered: u64,
    failed: u64,
}

/// Tells with every call there is, and from time to time asks.
async fn produce(keeper: ActorRef<Keeper>, producer: usize, asks: bool) -> Sent {
    let mut sent = Sent::default();
    for number in 1..=EACH {
        let message = Enter { producer, number };
        if asks && number.is_multiple_of(5) {
            match keeper.ask(message).await {
                Ok(answer) => {
                    assert_eq!(answer, number);
                    sent.answered += 1;
                }
                Err(AskError::Stopped) => sent.failed += 1,
                Err(error) => panic!("{error}"),
            }
            continue;
        }
        let outcome =
            if number.is_multiple_of(3) { keeper.try_tell(message) } else { keeper.tell(message).await };
        sent.tells += 1;
        sent.sum += number;
        if let Err(error) = outcome {
            let message = error.into_message();
            assert_eq!((message.producer, message.number), (producer, number), "its own comes back");
            sent.returned += 1;
            sent.sum -= number;
        }
    }
    sent
}

/// Half of the producers are tasks, half are threads.
async fn produce_all(keeper: &ActorRef<Keeper>, asks: bool) -> Vec<Sent> {
    let runtime = tokio::runtime::Handle::current();
    let (mut tasks, mut threads) = (Vec::new(), Vec::new());
    for producer in 0..PRODUCERS {
        let producing = produce(keeper.clone(), producer, asks);
        if producer % 2 == 0 {
            tasks.push(tokio::spawn(producing));
        } else {
            let runtime = runtime.clone();
            threads.push(thread::spawn(move || runtime.block_on(producing)));
        }
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    let joined = tokio::task::spawn_blocking(move || {
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    all.extend(joined.await.unwrap());
    all
}

/// How the actor ends meanwhile.
#[derive(Clone, Copy, Debug)]
enum End {
    Never,
    Stop,
    StopNow,
    Kill,
    Unreachable,
}

async fn balance(mailbox: Mailbox, end: End, after: u64, asks: bool) {
    let system = ActorSystem::new();
    let books = Arc::new(Books::default());
    let keeper = system
        .actor({
            let books = books.clone();
            move || Keeper(books.clone())
        })
        .mailbox(mailbox)
        .spawn();
    let ending = tokio::spawn({
        let (books, weak) = (books.clone(), keeper.downgrade());
        async move {
            // A moment that is nobody's in particular.
            while books.handled.load(Ordering::Relaxed) < after {
                tokio::task::yield_now().await;
            }
            let Some(keeper) = weak.upgrade() else { return };
            match end {
                End::Stop => keeper.stop(),
                End::StopNow => keeper.stop_now(),
                End::Kill => keeper.kill(),
                End::Never | End::Unreachable => {}
            }
        }
    });
    let all = produce_all(&keeper, asks).await;
    // It may wait for more than were ever let in.
    ending.abort();
    let path = keeper.path();
    if matches!(end, End::Unreachable) {
        drop(keeper);
    } else {
        keeper.stop();
        keeper.wait().await;
    }
    while system.running() > 0 {
        tokio::task::yield_now().await;
    }
    let total = |part: fn(&Sent) -> u64| all.iter().map(part).sum::<u64>();
    let (tells, returned) = (total(|sent| sent.tells), total(|sent| sent.returned));
    let (answered, failed) = (total(|sent| sent.answered), total(|sent| sent.failed));
    let (handled, dead) = (books.handled.load(Ordering::Relaxed), system.dead_letter_counts().total());
    let case = format!("{path} {mailbox:?} {end:?} after {after}");
    assert_eq!(tells + answered + failed, PRODUCERS as u64 * EACH);
    if asks {
        // A failed question was handled in vain, is dead, or was refused; only the last has no other witness.
        let accounted = handled + returned + dead;
        assert!(accounted <= tells + answered + failed, "{case}: {accounted}");
        assert!(accounted >= tells + answered, "{case}: {accounted}");
    } else {
        assert_eq!(
            handled + returned + dead,
            tells,
            "{case}: {handled} handled, {returned} back, {dead} dead"
        );
    }
    if matches!(end, End::Never | End::Unreachable) && mailbox.policy() == OnFull::Wait && !asks {
        assert_eq!(dead, 0, "{case}");
        assert_eq!(books.sum.load(Ordering::Relaxed), total(|sent| sent.sum), "{case}");
    }
}

async fn balance_everything(asks: bool) {
    // Small numbers, so that one can tell afterwards how it came about; the moments differ from run to run anyway.
    let moments = [0, 1, 17, 300, 2_000];
    for mailbox in [Mailbox::bounded(1), Mailbox::bounded(7), Mailbox::default(), Mailbox::unbounded()] {
        for end in [End::Never, End::Unreachable] {
            balance(mailbox, end, 0, asks).await;
        }
        for end in [End::Stop, End::StopNow, End::Kill] {
            for after in moments {
                balance(mailbox, end, after, asks).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_many_tell_an_actor_that_ends_at_any_moment_is_handled_returned_or_dead() {
    balance_everything(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_many_ask_an_actor_that_ends_at_any_moment_has_an_outcome_at_once() {
    balance_everything(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn policies_that_drop_count_every_message_of_many_producers() {
    for policy in [OnFull::Reject, OnFull::DropNewest, OnFull::DropOldest] {
        for bound in [1, 16, 1_024] {
            for after in [u64::MAX, 50] {
                let end = if after == u64::MAX { End::Never } else { End::Kill };
                let after = if after == u64::MAX { 0 } else { after };
                balance(Mailbox::bounded(bound).on_full(policy), end, after, false).await;
            }
        }
    }
}
