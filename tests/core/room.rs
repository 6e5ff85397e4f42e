//! Turns that whoever finds no room takes itself.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use actors::prelude::*;
use tokio::runtime::Builder;
use tokio::task;

tokio::task_local! {
    static SENDER: ();
}

/// Counts what it handles, which comes in order, and how much of that in the task that sends.
#[derive(Clone, Default)]
struct Drain {
    last: u64,
    handled: Arc<AtomicUsize>,
    by_sender: Arc<AtomicUsize>,
}

impl Actor for Drain {}

#[handlers]
impl Drain {
    #[handler]
    fn take(&mut self, number: u64) {
        assert!(number > self.last, "{number} after {}", self.last);
        self.last = number;
        self.handled.fetch_add(1, Ordering::Relaxed);
        self.by_sender.fetch_add(usize::from(SENDER.try_with(|()| ()).is_ok()), Ordering::Relaxed);
    }

    #[handler]
    fn take_time(&mut self, number: u64) {
        std::thread::sleep(Duration::from_micros(200));
        self.take(number);
    }
}

fn drain(system: &ActorSystem, room: usize) -> (Drain, ActorRef<Drain>) {
    let drain = Drain::default();
    (drain.clone(), system.actor(move || drain.clone()).mailbox(Mailbox::bounded(room)).spawn())
}

/// Sends numbers from this one on until the sender has handled something itself; the next number.
async fn get_going(drain: &Drain, actor: &ActorRef<Drain>, from: u64) -> u64 {
    // On a busy machine room seldom comes soon.
    let before = drain.by_sender.load(Ordering::Relaxed);
    for number in from..from + 3_000_000 {
        SENDER.scope((), actor.take(number).tell()).await.unwrap();
        if drain.by_sender.load(Ordering::Relaxed) > before {
            return number + 1;
        }
    }
    panic!("it never was");
}

fn on_one_thread(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(runtime.spawn(test)).unwrap();
}

#[test]
fn a_task_that_finds_no_room_takes_the_turns_that_make_some() {
    on_one_thread(async {
        let system = ActorSystem::new();
        let (drain, actor) = drain(&system, 100);
        // In order, and none is lost, whoever takes the turns.
        let next = get_going(&drain, &actor, 1).await;
        for number in next..next + 10_000 {
            SENDER.scope((), actor.take(number).tell()).await.unwrap();
        }
        actor.stop();
        assert!(actor.wait().await.is_normal());
        assert_eq!(drain.handled.load(Ordering::Relaxed) as u64, next + 10_000 - 1);
    });
}

#[test]
fn senders_on_several_threads_that_make_room_lose_nothing() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new();
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let (drain, actor) = drain(&system, 64);
                tokio::spawn(async move {
                    for number in 1..=50_000 {
                        actor.take(number).tell().await.unwrap();
                    }
                    actor.stop();
                    assert!(actor.wait().await.is_normal());
                    assert_eq!(drain.handled.load(Ordering::Relaxed), 50_000);
                })
            })
            .collect();
        for sender in senders {
            sender.await.unwrap();
        }
    });
}

/// Runs a flood as `run` has it; another task of the same thread has its turn time and again meanwhile.
async fn others_have_turns_beside_a_flood<F: Future<Output = ()>>(run: impl FnOnce(BoxFuture<()>) -> F) {
    let system = ActorSystem::new();
    let (drain, actor) = drain(&system, 256);
    let turns = Arc::new(AtomicUsize::new(0));
    let count = turns.clone();
    // Not `yield_now`, which comes back only when the runtime has looked for events.
    let other = tokio::spawn(poll_fn(move |cx| {
        count.fetch_add(1, Ordering::Relaxed);
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    let handled = drain.handled.clone();
    run(Box::pin(async move {
        let next = get_going(&drain, &actor, 1).await;
        for number in next..next + 300_000 {
            SENDER.scope((), actor.take(number).tell()).await.unwrap();
        }
    }))
    .await;
    other.abort();
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns >= 30, "{turns} while {} were handled", handled.load(Ordering::Relaxed));
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

#[test]
fn other_tasks_have_their_turn_beside_one_that_sends_and_sends() {
    on_one_thread(others_have_turns_beside_a_flood(|flood| flood));
}

#[test]
fn so_they_have_beside_one_that_has_no_budget() {
    on_one_thread(others_have_turns_beside_a_flood(task::coop::unconstrained));
}

#[test]
fn an_actor_that_takes_its_time_is_left_to_itself() {
    on_one_thread(async {
        let system = ActorSystem::new();
        let (drain, actor) = drain(&system, 4);
        let mut number = 1;
        for _ in 0..5 {
            number = get_going(&drain, &actor, number).await;
            let before = drain.by_sender.load(Ordering::Relaxed);
            for _ in 0..60 {
                SENDER.scope((), actor.take_time(number).tell()).await.unwrap();
                number += 1;
            }
            // One turn of four, and a fifth that was there already.
            let by_sender = drain.by_sender.load(Ordering::Relaxed) - before;
            assert!(by_sender <= 10, "{by_sender}");
        }
    });
}
