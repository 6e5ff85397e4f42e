//! Turns that are taken one after another on a thread: nobody waits for a neighbour's handler to return, and everybody ends with the
//! runtime.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use actors::prelude::*;
use tokio::runtime::Builder;
use tokio::task;

use crate::direct::{Clerk, ClerkClient as _, in_a_task};

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

/// Always has a message more, until whoever it has spawned has begun.
struct Restless {
    handled: Arc<AtomicUsize>,
    has_begun: Arc<AtomicUsize>,
}

impl Actor for Restless {}

#[handlers]
impl Restless {
    #[handler]
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        if self.handled.fetch_add(1, Ordering::Relaxed) == 0 {
            ctx.system().spawn(Newcomer { handled: self.handled.clone(), has_begun: self.has_begun.clone() });
        }
        if self.has_begun.load(Ordering::Relaxed) == 0 {
            ctx.myself().go_on().try_tell().unwrap();
        }
    }
}

struct Newcomer {
    handled: Arc<AtomicUsize>,
    has_begun: Arc<AtomicUsize>,
}

impl Actor for Newcomer {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.has_begun.store(self.handled.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn whoever_is_spawned_by_an_actor_that_is_never_at_rest_begins_after_its_turn() {
    let (handled, has_begun) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let restless = Restless { handled: handled.clone(), has_begun: has_begun.clone() };
        let busy = tokio::spawn(async move {
            let system = ActorSystem::new();
            system.spawn(restless).go_on().await.unwrap();
            system
        });
        let _system = busy.await.unwrap();
        while has_begun.load(Ordering::Relaxed) == 0 {
            task::yield_now().await;
        }
    });
    let after = has_begun.load(Ordering::Relaxed);
    assert!(after <= 128, "a turn is 64 messages: {after}");
}

#[test]
fn tasks_have_their_turn_between_those_of_an_actor_that_is_slow() {
    const MESSAGES: usize = 1_000;
    let handled = Arc::new(AtomicUsize::new(0));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let meanwhile = runtime.block_on(async {
        let count = handled.clone();
        let flood = tokio::spawn(async move {
            let system = ActorSystem::new();
            let slow = system.spawn(Slow { handled: count });
            (0..MESSAGES).for_each(|_| slow.take_time().try_tell().unwrap());
            system
        });
        let _system = flood.await.unwrap();
        while handled.load(Ordering::Relaxed) == 0 {
            task::yield_now().await;
        }
        handled.load(Ordering::Relaxed)
    });
    assert!(meanwhile < MESSAGES / 2, "{meanwhile}");
}

#[derive(Actor)]
struct Slow {
    handled: Arc<AtomicUsize>,
}

#[handlers]
impl Slow {
    #[handler]
    fn take_time(&mut self) {
        std::thread::sleep(Duration::from_micros(200));
        self.handled.fetch_add(1, Ordering::Relaxed);
    }
}
