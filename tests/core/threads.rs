//! Senders without a runtime, runtimes with one thread, actors with a thread of their own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use actors::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::support::*;

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn plain_threads_tell_and_ask_actors_of_a_current_thread_runtime() {
    let runtime = current_thread();
    let written = runtime.block_on(async {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        let actor = system.spawn(Scribe::named("", &journal));
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let actor = actor.clone();
                thread::spawn(move || {
                    for _ in 0..50 {
                        actor.blocking_tell(Write { number }).unwrap();
                        assert_eq!(actor.blocking_ask(Write { number }), Ok(number));
                    }
                })
            })
            .collect();
        tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| thread.join().unwrap()))
            .await
            .unwrap();
        actor.stop();
        actor.wait().await;
        journal.entries().iter().filter(|entry| entry.parse::<u64>().is_ok()).count()
    });
    assert_eq!(written, 4 * 50 * 2);
}

#[test]
fn blocking_sends_wait_for_room_and_end_with_the_actor() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (actor, scribe) = runtime.block_on(async {
        let system = ActorSystem::new();
        held(&system, Mailbox::bounded(1)).await
    });
    actor.try_tell(Write { number: 0 }).unwrap();
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::spawn({
        let actor = actor.clone();
        move || {
            sender.send(()).unwrap();
            actor.blocking_tell(Write { number: 1 })
        }
    });
    receiver.recv().unwrap();
    scribe.gate.notify_one();
    waiting.join().unwrap().unwrap();
    assert_eq!(actor.blocking_ask(Write { number: 2 }), Ok(2));
    assert_eq!(written(&scribe), [0, 1, 2]);
    runtime.block_on(async {
        actor.kill();
        actor.wait().await;
    });
    assert_eq!(actor.blocking_tell(Write { number: 3 }).unwrap_err().into_message().number, 3);
    assert_eq!(actor.blocking_ask(Write { number: 3 }), Err(AskError::Stopped));
    drop(runtime);
    assert!(actor.blocking_tell(Write { number: 4 }).unwrap_err().is_stopped());
}

#[test]
fn blocking_calls_from_async_code_panic_instead_of_blocking_it() {
    current_thread().block_on(async {
        let system = ActorSystem::new();
        let actor = system.spawn(Scribe::default());
        let ask = std::panic::AssertUnwindSafe(|| actor.blocking_ask(Write { number: 1 }));
        assert!(std::panic::catch_unwind(ask).is_err());
        assert_eq!(actor.write(1).await, Ok(1));
    });
}

#[test]
fn actors_of_several_current_thread_runtimes_ask_each_other() {
    let (sender, receiver) = mpsc::channel::<ActorRef<Scribe>>();
    let (done, wait) = mpsc::channel::<()>();
    let other = thread::spawn(move || {
        current_thread().block_on(async {
            let system = ActorSystem::new();
            sender.send(system.spawn(Scribe::default())).unwrap();
            tokio::task::spawn_blocking(move || wait.recv()).await.unwrap().unwrap();
            system.shutdown(seconds(5)).await
        })
    });
    let far = receiver.recv().unwrap();
    current_thread().block_on(async {
        let near = ActorSystem::new().spawn(Scribe::default());
        for number in 0..100 {
            assert_eq!(far.write(number).await, Ok(number));
            assert_eq!(near.write(number).await, Ok(number));
        }
    });
    done.send(()).unwrap();
    assert!(other.join().unwrap().is_clean());
}

#[test]
fn a_dedicated_actor_keeps_its_thread_and_the_promises() {
    #[derive(Default)]
    struct Own(Vec<thread::ThreadId>, Journal);
    impl Actor for Own {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            self.0.push(thread::current().id());
            Ok(())
        }
        async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
            assert_eq!(self.0[0], thread::current().id());
            self.1.note(format!("stopped: {reason}"));
        }
    }
    #[handlers]
    impl Own {
        #[handler]
        async fn threads(&mut self) -> usize {
            tokio::task::yield_now().await;
            self.0.push(thread::current().id());
            self.0.sort_by_key(|id| format!("{id:?}"));
            self.0.dedup();
            self.0.len()
        }
        #[handler]
        fn explode(&mut self) {
            panic!("exploded");
        }
    }
    current_thread().block_on(async {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        let in_actor = journal.clone();
        let own = system
            .actor(move || Own(Vec::new(), in_actor.clone()))
            .dedicated_thread()
            .restart(Restart::transient().max(9, seconds(60)))
            .start()
            .await
            .unwrap();
        for _ in 0..20 {
            assert_eq!(own.threads().await, Ok(1), "its own, and always the same");
        }
        assert_eq!(own.explode().await, Err(AskError::Stopped));
        assert_eq!(own.threads().await, Ok(1));
        own.stop();
        assert!(matches!(own.wait().await, ExitReason::Normal));
        assert_eq!(journal.entries(), ["stopped: panicked: exploded", "stopped: normal"]);
    });
}

#[test]
fn a_runtime_goes_down_although_threads_wait_and_a_dedicated_actor_lives() {
    for _ in 0..20 {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (actor, own, asking) = runtime.block_on(async {
            let system = ActorSystem::new();
            let own = system.actor(Scribe::default).dedicated_thread().start().await.unwrap();
            let (actor, _) = held(&system, Mailbox::default()).await;
            let asker = actor.clone();
            (actor, own, thread::spawn(move || asker.blocking_ask(Write { number: 1 })))
        });
        // Whether the question comes before, meanwhile or after: it is not answered, and its asker does not hang.
        drop(runtime);
        assert!(!actor.is_alive());
        assert_eq!(asking.join().unwrap(), Err(AskError::Stopped));
        drop(own);
    }
}

/// Tells how its life ends, and how many it has had.
#[derive(Clone, Default)]
struct Hermit {
    lives: Arc<AtomicU32>,
    entered: Arc<Notify>,
}

impl Actor for Hermit {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.lives.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[handlers]
impl Hermit {
    #[handler]
    async fn linger(&mut self) {
        self.entered.notify_one();
        std::future::pending::<()>().await;
    }

    #[handler]
    async fn sleep(&mut self) {
        // In this order: it sleeps when the test goes on.
        tokio::join!(tokio::time::sleep(seconds(1_000_000)), async { self.entered.notify_one() });
    }

    #[handler]
    fn explode(&mut self) {
        self.entered.notify_one();
        panic!("exploded");
    }
}

#[test]
fn actors_with_threads_of_their_own_are_killed_when_the_runtime_goes_down() {
    type Occupy = fn(&ActorRef<Hermit>);
    let idle: Occupy = |_| {};
    let waiting: Occupy = |hermit| hermit.linger().try_tell().unwrap();
    let sleeping: Occupy = |hermit| hermit.sleep().try_tell().unwrap();
    let between_lives: Occupy = |hermit| hermit.explode().try_tell().unwrap();
    for workers in [0, 1, 4] {
        for (occupy, is_idle) in [(idle, true), (waiting, false), (sleeping, false), (between_lives, false)] {
            let runtime = match workers {
                0 => current_thread(),
                workers => Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap(),
            };
            let hermit = Hermit::default();
            let state = hermit.clone();
            let (system, own) = runtime.block_on(async {
                let system = ActorSystem::new();
                let own = system
                    .actor(move || state.clone())
                    .restart(Restart::permanent().max(100, seconds(60)))
                    .backoff(Backoff::exponential(seconds(1000), seconds(1000)))
                    .dedicated_thread()
                    .start()
                    .await
                    .unwrap();
                occupy(&own);
                if !is_idle {
                    hermit.entered.notified().await;
                }
                (system, own)
            });
            drop(runtime);
            let reason = current_thread()
                .block_on(async { tokio::time::timeout(seconds(60), own.wait()).await })
                .expect("it ends");
            let failed_before = matches!(&reason, ExitReason::Panicked(text) if text == "exploded");
            assert!(failed_before || matches!(reason, ExitReason::Killed), "{reason:?}");
            assert!(own.explode().try_tell().unwrap_err().is_stopped());
            assert_eq!(hermit.lives.load(Ordering::Relaxed), 1);
            let late = system.actor(Hermit::default).dedicated_thread().spawn();
            let ended = async { tokio::time::timeout(seconds(60), late.wait()).await };
            assert!(matches!(current_thread().block_on(ended), Ok(ExitReason::Killed)), "it comes too late");
        }
    }
}

#[tokio::test]
async fn an_actor_with_a_thread_of_its_own_leaves_no_task_behind() {
    let system = ActorSystem::new();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    system.spawn(Scribe::default()).write(1).await.unwrap();
    let before = tasks();
    for number in 0..10 {
        let own = system.actor(Scribe::default).dedicated_thread().start().await.unwrap();
        assert_eq!(own.write(number).await, Ok(number));
        own.stop();
        own.wait().await;
    }
    while tasks() > before {
        tokio::task::yield_now().await;
    }
}
