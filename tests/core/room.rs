//! Turns that whoever finds no room takes itself.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use actors::prelude::*;
use tokio::runtime::Builder;

tokio::task_local! {
    static SENDER: ();
}

/// Counts what it handles, and how much of that in the task that sends.
#[derive(Clone, Default)]
struct Drain {
    handled: Arc<AtomicUsize>,
    by_sender: Arc<AtomicUsize>,
}

impl Actor for Drain {}

#[handlers]
impl Drain {
    #[handler]
    fn take(&mut self) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        self.by_sender.fetch_add(usize::from(SENDER.try_with(|()| ()).is_ok()), Ordering::Relaxed);
    }

    #[handler]
    fn take_time(&mut self) {
        std::thread::sleep(Duration::from_micros(200));
        self.take();
    }
}

fn drain(system: &ActorSystem, room: usize) -> (Drain, ActorRef<Drain>) {
    let drain = Drain::default();
    (drain.clone(), system.actor(move || drain.clone()).mailbox(Mailbox::bounded(room)).spawn())
}

/// Sends until the sender has handled something itself.
async fn get_going(system: &ActorSystem) {
    let (drain, actor) = drain(system, 256);
    // On a busy machine turns seem to be long at times.
    for _ in 0..3_000_000 {
        SENDER.scope((), actor.take().tell()).await.unwrap();
        if drain.by_sender.load(Ordering::Relaxed) > 0 {
            return;
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
        get_going(&system).await;
        // In order, and none is lost, whoever takes the turns.
        let (drain, actor) = drain(&system, 100);
        for _ in 0..10_000 {
            SENDER.scope((), actor.take().tell()).await.unwrap();
        }
        actor.stop();
        assert!(actor.wait().await.is_normal());
        assert_eq!(drain.handled.load(Ordering::Relaxed), 10_000);
    });
}

#[test]
fn other_tasks_have_their_turn_beside_one_that_sends_and_sends() {
    on_one_thread(async {
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
        get_going(&system).await;
        turns.store(0, Ordering::Relaxed);
        for _ in 0..300_000 {
            SENDER.scope((), actor.take().tell()).await.unwrap();
        }
        other.abort();
        let turns = turns.load(Ordering::Relaxed);
        assert!(turns >= 100, "{turns} while {} were handled", drain.handled.load(Ordering::Relaxed));
    });
}

#[test]
fn an_actor_that_takes_its_time_is_left_to_itself() {
    on_one_thread(async {
        let system = ActorSystem::new();
        let (drain, actor) = drain(&system, 4);
        for _ in 0..20 {
            get_going(&system).await;
            for _ in 0..20 {
                SENDER.scope((), actor.take_time().tell()).await.unwrap();
            }
        }
        let (handled, by_sender) =
            (drain.handled.load(Ordering::Relaxed), drain.by_sender.load(Ordering::Relaxed));
        assert!(by_sender < handled / 8, "{by_sender} of {handled}");
    });
}
