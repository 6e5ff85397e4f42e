//! Turns that are taken without a task of the actor: one after another on a thread, and by whoever asks.
//!
//! Whatever takes them, nobody waits for a neighbour's handler to return, and everybody ends with the runtime.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use actors::prelude::*;
use actors::{ActorOptions, AskError, DeadLetterReason};
use tokio::runtime::Builder;
use tokio::task;

use crate::support::*;

/// Long enough for whatever should happen, on any machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Actor)]
struct Helper;

#[handlers]
impl Helper {
    #[handler]
    fn help(&mut self, done: mpsc::Sender<()>) {
        done.send(()).unwrap();
    }
}

/// Has helpers do something, and blocks its thread until they have done it.
#[derive(Actor)]
struct Blocker {
    helpers: Vec<ActorRef<Helper>>,
}

#[handlers]
impl Blocker {
    #[handler]
    fn hold_up(&mut self, in_place: bool) -> Result<(), mpsc::RecvTimeoutError> {
        let (done, is_done) = mpsc::channel();
        for helper in &self.helpers {
            helper.help(done.clone()).try_tell().unwrap();
        }
        let wait = || self.helpers.iter().try_for_each(|_| is_done.recv_timeout(PATIENCE));
        if in_place { task::block_in_place(wait) } else { wait() }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_in_line_do_not_wait_for_a_handler_that_blocks_its_thread() {
    for in_place in [true, false] {
        for helpers in [1, 3] {
            let system = ActorSystem::new();
            let blocking = tokio::spawn(async move {
                let helpers = (0..helpers).map(|_| system.spawn(Helper)).collect();
                let blocker = system.spawn(Blocker { helpers });
                for _ in 0..3 {
                    blocker.hold_up(in_place).timeout(2 * PATIENCE).await.unwrap();
                }
            });
            blocking.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_actor_begins_although_whoever_has_spawned_it_keeps_its_thread() {
    struct Early(Arc<AtomicBool>);

    impl Actor for Early {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            self.0.store(true, Ordering::Release);
            Ok(())
        }
    }

    let system = ActorSystem::new();
    let spawning = tokio::spawn(async move {
        let has_begun = Arc::<AtomicBool>::default();
        let _early = system.spawn(Early(has_begun.clone()));
        while !has_begun.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
    });
    spawning.await.unwrap();
}

/// Counts those that are gone.
struct Gone(Arc<AtomicUsize>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

#[derive(Actor)]
struct Tenant {
    _gone: Gone,
}

#[handlers]
impl Tenant {
    #[handler]
    fn nothing(&mut self) {}

    #[handler]
    async fn linger(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[test]
fn actors_without_tasks_of_their_own_end_with_the_runtime() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let gone = Arc::<AtomicUsize>::default();
    let mine = gone.clone();
    let task = runtime.spawn(async move {
        let system = ActorSystem::new();
        let actors: Vec<_> = (0..60).map(|_| system.spawn(Tenant { _gone: Gone(mine.clone()) })).collect();
        for (number, actor) in actors.iter().enumerate() {
            match number % 3 {
                0 => actor.nothing().await.unwrap(),
                1 => actor.linger().tell().await.unwrap(),
                // Most likely these have not begun.
                _ => {}
            }
        }
        (system, actors)
    });
    let (system, actors) = runtime.block_on(task).unwrap();
    drop(runtime);
    assert_eq!(gone.load(Ordering::Acquire), 60, "the states are gone");
    let other = Builder::new_current_thread().build().unwrap();
    for actor in &actors {
        assert!(matches!(other.block_on(ActorRef::wait(actor)), ExitReason::Killed));
        assert!(actor.nothing().try_tell().is_err());
    }
    let late = system.spawn(Tenant { _gone: Gone(gone.clone()) });
    assert!(matches!(other.block_on(ActorRef::wait(&late)), ExitReason::Killed));
    assert_eq!(gone.load(Ordering::Acquire), 61);
}

/// Answers at once, or in a way that takes its time.
#[derive(Default)]
struct Clerk {
    answered: u64,
}

tokio::task_local! {
    static ASKER: u64;
}

impl Actor for Clerk {}

#[handlers]
impl Clerk {
    #[handler]
    fn answer(&mut self) -> u64 {
        self.answered += 1;
        self.answered
    }

    #[handler]
    fn block(&mut self, duration: Duration) -> u64 {
        std::thread::sleep(duration);
        self.answer()
    }

    #[handler]
    async fn pause(&mut self) -> u64 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.answer()
    }

    #[handler]
    fn explode(&mut self) -> u64 {
        panic!("exploded");
    }

    /// Whether the handler runs in the task that asks.
    #[handler]
    fn is_run_by_asker(&mut self) -> bool {
        ASKER.try_with(|_| ()).is_ok()
    }

    #[handler]
    async fn forward(&mut self, to: ActorRef<Clerk>, reply: ReplyTo<u64>) {
        // Nothing comes back: the other one answers.
        let _ = reply.delegate(&to, Answer {}).await;
    }
}

/// Asks until the actor is known to answer at once.
async fn get_to_know(clerk: &ActorRef<Clerk>) {
    for _ in 0..10_000 {
        if ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap() {
            return;
        }
    }
    panic!("it is never run by its asker");
}

/// Runs a test as a task of a runtime with threads.
fn in_a_task(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(runtime.spawn(test)).unwrap();
}

#[test]
fn an_actor_that_is_known_to_answer_at_once_is_run_by_its_asker() {
    in_a_task(async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        assert!(!ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap(), "nobody knows it");
        get_to_know(&clerk).await;
        for number in 1..=1_000 {
            assert_eq!(clerk.answer().await, Ok(number));
        }
    });
}

#[test]
fn a_handler_that_blocks_its_asker_is_late_all_the_same_and_is_not_run_by_askers_after_that() {
    in_a_task(async {
        let system = ActorSystem::new();
        let clerk = system.spawn(Clerk::default());
        get_to_know(&clerk).await;
        let before = system.dead_letter_counts().of(DeadLetterReason::LateReply);
        let answer = clerk.block(Duration::from_millis(40)).timeout(Duration::from_millis(10)).await;
        assert_eq!(answer, Err(AskError::Timeout(Duration::from_millis(10))));
        // Whoever ran it, the answer came when nobody waited any more.
        assert_eq!(clerk.answer().await, Ok(2));
        assert_eq!(system.dead_letter_counts().of(DeadLetterReason::LateReply), before + 1);
        assert!(!ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap(), "it was slow");
    });
}

#[test]
fn a_handler_that_waits_gives_its_asker_back_and_goes_on_by_itself() {
    in_a_task(async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        for number in 1..=20 {
            get_to_know(&clerk).await;
            assert_eq!(clerk.pause().await, Ok(3 * number - 2));
            // Given up while it waits, which changes nothing for the next one.
            let mut given_up = clerk.pause();
            assert!(poll_once(&mut given_up).await.is_none());
            drop(given_up);
            assert_eq!(clerk.answer().await, Ok(3 * number));
        }
    });
}

#[test]
fn a_panic_in_a_turn_of_an_asker_is_the_actors() {
    in_a_task(async {
        let system = ActorSystem::new();
        let clerk = system.actor(Clerk::default).restart(Restart::permanent()).spawn();
        get_to_know(&clerk).await;
        assert_eq!(clerk.explode().await, Err(AskError::Stopped));
        assert_eq!(clerk.answer().await, Ok(1), "a new life");
    });
}

#[test]
fn an_answer_that_another_actor_gives_comes_in_the_same_turns() {
    in_a_task(async {
        let system = ActorSystem::new();
        let [first, second] = [(); 2].map(|()| system.spawn(Clerk::default()));
        get_to_know(&first).await;
        for number in 1..=300 {
            assert_eq!(first.forward(second.clone()).await, Ok(number));
        }
    });
}

#[test]
fn asks_of_many_tasks_and_of_actors_are_all_answered_once() {
    in_a_task(async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        get_to_know(&clerk).await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let clerk = clerk.clone();
                tokio::spawn(async move {
                    let mut last = 0;
                    for _ in 0..500 {
                        let number = clerk.answer().await.unwrap();
                        assert!(number > last, "one after another");
                        last = number;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(clerk.answer().await, Ok(4_001));
    });
}

#[test]
fn an_actor_with_a_task_of_its_own_is_run_by_nobody_else() {
    struct Own;

    impl Actor for Own {
        fn options() -> ActorOptions {
            ActorOptions::new().own_task()
        }
    }

    struct WhoRuns;

    impl Message for WhoRuns {
        type Reply = Option<task::Id>;
        type Kind = actors::Plain;
    }

    impl Handler<WhoRuns> for Own {
        async fn handle(&mut self, _: WhoRuns, _: &mut Context<Self>) -> Option<task::Id> {
            task::try_id()
        }
    }

    in_a_task(async {
        let own = ActorSystem::new().spawn(Own);
        let task = own.ask(WhoRuns).await.unwrap();
        assert_ne!(task, task::try_id());
        for _ in 0..200 {
            assert_eq!(own.ask(WhoRuns).await, Ok(task));
        }
    });
}

#[test]
fn asks_from_a_task_of_another_runtime_are_handled_in_the_actors_own() {
    struct Where;

    impl Message for Where {
        type Reply = tokio::runtime::Id;
        type Kind = actors::Plain;
    }

    impl Handler<Where> for Clerk {
        async fn handle(&mut self, _: Where, _: &mut Context<Self>) -> tokio::runtime::Id {
            tokio::runtime::Handle::current().id()
        }
    }

    let home = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let other = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let system = ActorSystem::builder().runtime(home.handle().clone()).build();
    let clerk = system.spawn(Clerk::default());
    let known = clerk.clone();
    home.block_on(home.spawn(async move { get_to_know(&known).await })).unwrap();
    let home_id = home.handle().id();
    let asking = other.spawn(async move {
        for _ in 0..200 {
            assert_eq!(clerk.ask(Where).await, Ok(home_id));
        }
    });
    other.block_on(asking).unwrap();
}

#[test]
fn actors_of_a_runtime_with_one_thread_end_with_it() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let gone = Arc::<AtomicUsize>::default();
    let mine = gone.clone();
    let spawned = runtime.block_on(async {
        let task = tokio::spawn(async move {
            let system = ActorSystem::new();
            let actors: Vec<_> = (0..3).map(|_| system.spawn(Tenant { _gone: Gone(mine.clone()) })).collect();
            actors[0].nothing().await.unwrap();
            actors[1].linger().tell().await.unwrap();
            tokio::task::yield_now().await;
            actors
        });
        task.await.unwrap()
    });
    drop(runtime);
    assert_eq!(gone.load(Ordering::Acquire), 3);
    let other = Builder::new_current_thread().build().unwrap();
    for actor in &spawned {
        assert!(matches!(other.block_on(ActorRef::wait(actor)), ExitReason::Killed));
    }
}

/// Sends a token to and fro between two systems, and has a neighbour of its own count.
#[derive(Actor)]
struct Border {
    neighbour: ActorRef<Clerk>,
}

#[handlers]
impl Border {
    #[handler]
    fn pass(&mut self, left: u64, back: ActorRef<Border>, done: mpsc::Sender<()>, ctx: &mut Context<Self>) {
        self.neighbour.answer().try_tell().unwrap();
        if left == 0 {
            done.send(()).unwrap();
        } else {
            back.pass(left - 1, ctx.myself(), done).try_tell().unwrap();
        }
        self.neighbour.answer().try_tell().unwrap();
    }
}

#[test]
fn actors_of_several_systems_on_one_runtime_take_turns() {
    in_a_task(async {
        let [one, other] = [(); 2].map(|()| {
            let system = ActorSystem::new();
            let neighbour = system.spawn(Clerk::default());
            (neighbour.clone(), system.spawn(Border { neighbour }), system)
        });
        let (done, is_done) = mpsc::channel();
        one.1.pass(999, other.1.clone(), done).tell().await.unwrap();
        task::spawn_blocking(move || is_done.recv_timeout(PATIENCE)).await.unwrap().unwrap();
        // The border that had the token last may be about to tell its neighbour.
        for (neighbour, border, _) in [one, other] {
            border.stop();
            border.wait().await;
            assert_eq!(neighbour.answer().await, Ok(1_001));
        }
    });
}

#[test]
fn a_stop_of_a_suspended_actor_is_not_overlooked() {
    in_a_task(async {
        let system = ActorSystem::new();
        for round in 0..2_000 {
            let clerk = system.spawn(Clerk::default());
            clerk.answer().tell().await.unwrap();
            clerk.suspend();
            if round % 2 == 0 {
                tokio::task::yield_now().await;
            }
            clerk.stop();
            assert!(matches!(clerk.wait().await, ExitReason::Normal));
        }
    });
}
