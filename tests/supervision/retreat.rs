//! Backoff: what may happen to an actor that waits for its next life.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::*;

fn long() -> Backoff {
    Backoff::exponential(seconds(100), seconds(100))
}

#[tokio::test(start_paused = true)]
async fn starts_that_fail_after_a_long_life_are_tried_again_at_growing_intervals() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let backoff = Backoff::exponential(seconds(1), seconds(16)).jitter(0.0);
    diary.fail_starts("a", 2, 4);
    let supervisor = Supervisor::one_for_one()
        .intensity(10, seconds(1000))
        .child(diary.child("a").backoff(backoff))
        .start(&system)
        .await
        .unwrap();
    let mut made = 0;
    let (lives, mut failures) = tokio::sync::mpsc::unbounded_channel();
    let factory = move || {
        made += 1;
        lives.send(Instant::now()).unwrap();
        if (2..6).contains(&made) { Err(ActorError::msg("not today")) } else { Ok(Worker::default()) }
    };
    let alone =
        system.actor(factory).restart(Restart::permanent().max(10, seconds(1000))).backoff(backoff).spawn();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    for actor in [&a, &alone] {
        assert_eq!(actor.count().await, Ok(1));
        tokio::time::sleep(seconds(500)).await;
        actor.explode().tell().await.unwrap();
        let begun = Instant::now();
        assert_eq!(actor.count().timeout(seconds(100)).await, Ok(1));
        assert_eq!(begun.elapsed(), seconds(1 + 2 + 4 + 8 + 16), "a start that fails is no calm period");
    }
    let mut last = failures.recv().await.unwrap();
    let mut gaps = Vec::new();
    while let Ok(at) = failures.try_recv() {
        gaps.push(at.duration_since(last).as_secs());
        last = at;
    }
    assert_eq!(gaps[1..], [2, 4, 8, 16]);
}

#[tokio::test(start_paused = true)]
async fn delays_stay_between_the_least_and_the_longest() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .intensity(100, seconds(1000))
        .child(diary.child("a").backoff(Backoff::exponential(seconds(2), seconds(5))))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    for _ in 0..20 {
        a.explode().tell().await.unwrap();
        let begun = Instant::now();
        a.count().timeout(seconds(60)).await.unwrap();
        let delay = begun.elapsed();
        assert!((seconds(2)..=seconds(5)).contains(&delay), "{delay:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_stopped_while_it_waits_does_not_come_back() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .child(diary.child("t").restart(Restart::transient()).backoff(long()))
        .start(&system)
        .await
        .unwrap();
    let supervised: ActorRef<Worker> = supervisor.child("t").unwrap();
    let make = || Worker::default();
    let alone = system.actor(make).restart(Restart::transient()).backoff(long()).spawn();
    for actor in [&supervised, &alone] {
        actor.explode().tell().await.unwrap();
        settle().await;
        let waiting = tokio::spawn(actor.count().timeout(seconds(1000)).owned());
        settle().await;
        let begun = Instant::now();
        actor.stop_now();
        assert!(matches!(actor.wait().await, ExitReason::Panicked(_)));
        assert_eq!(waiting.await.unwrap(), Err(AskError::Stopped));
        assert_eq!(begun.elapsed(), seconds(0));
    }
    settle().await;
    assert_eq!(states(&supervisor).await, [ChildState::Stopped]);
    assert!(supervisor.restart_child("t").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_permanent_child_comes_back_however_it_is_told_to_end_meanwhile() {
    for end in ["stop", "stop_now", "kill"] {
        let (system, diary) = (ActorSystem::new(), Diary::default());
        let supervisor = Supervisor::one_for_one()
            .intensity(3, seconds(1000))
            .child(diary.child("p").backoff(long()))
            .start(&system)
            .await
            .unwrap();
        let p: ActorRef<Worker> = supervisor.child("p").unwrap();
        p.explode().tell().await.unwrap();
        settle().await;
        match end {
            "stop" => p.stop(),
            "stop_now" => p.stop_now(),
            _ => p.kill(),
        }
        settle().await;
        assert_eq!(p.count().timeout(seconds(1000)).await, Ok(1), "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_or_a_supervisor_that_shuts_down_does_not_wait_for_backoff() {
    for of_system in [true, false] {
        let (system, diary) = (ActorSystem::new(), Diary::default());
        let inner =
            Supervisor::rest_for_one().child(diary.child("x").backoff(long())).child(diary.child("y"));
        let supervisor = Supervisor::one_for_one()
            .child(ChildSpec::supervisor("inner", inner))
            .child(diary.child("p").backoff(long()))
            .start(&system)
            .await
            .unwrap();
        let inner: SupervisorRef = supervisor.child("inner").unwrap();
        let waiting: [ActorRef<Worker>; 2] = [inner.child("x").unwrap(), supervisor.child("p").unwrap()];
        let alone = system.actor(Worker::default).restart(Restart::permanent()).backoff(long()).spawn();
        for actor in waiting.iter().chain([&alone]) {
            actor.explode().tell().await.unwrap();
        }
        settle().await;
        assert_eq!(counts(&inner).await, [2, 0, 0, 2]);
        let begun = Instant::now();
        if of_system {
            let report = system.shutdown(seconds(10)).await;
            assert!(report.is_clean(), "{report}");
            assert!(!alone.is_alive());
        } else {
            supervisor.shutdown().await;
        }
        assert_eq!(begun.elapsed(), seconds(0));
        assert!(waiting.iter().all(|actor| !actor.is_alive()));
    }
}

#[tokio::test(start_paused = true)]
async fn watchers_and_waiters_hear_only_of_the_final_stop() {
    #[derive(Actor)]
    struct Watcher(Diary);
    #[handlers]
    impl Watcher {
        #[handler]
        fn look(&mut self, at: ActorRef<Worker>, ctx: &mut Context<Self>) {
            ctx.watch(&at);
        }
        #[handler]
        fn look_away(&mut self, from: ActorRef<Worker>, ctx: &mut Context<Self>) {
            ctx.unwatch(&from);
        }
    }
    impl Handler<Terminated> for Watcher {
        async fn handle(&mut self, terminated: Terminated, _: &mut Context<Self>) {
            self.0.note(format!("{}: {}", terminated.path(), terminated.reason()));
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_all().intensity(2, seconds(60)).child(diary.child("x"));
    let root = Supervisor::one_for_all()
        .name("root")
        .intensity(9, seconds(60))
        .child(ChildSpec::supervisor("inner", inner.child(diary.child("y"))))
        .child(diary.child("a").backoff(Backoff::exponential(seconds(1), seconds(1))))
        .start(&system)
        .await
        .unwrap();
    let inner: SupervisorRef = root.child("inner").unwrap();
    let (x, y, a): (ActorRef<Worker>, ActorRef<Worker>, ActorRef<Worker>) =
        (inner.child("x").unwrap(), inner.child("y").unwrap(), root.child("a").unwrap());
    let seen = Diary::default();
    let watcher = system.spawn(Watcher(seen.clone()));
    for actor in [&x, &y, &a] {
        watcher.look(actor.clone()).await.unwrap();
    }
    for crashing in [&x, &y, &x, &y, &a, &x] {
        crashing.explode().tell().await.unwrap();
        for actor in [&x, &y, &a] {
            assert!(actor.count().timeout(seconds(60)).await.is_ok());
        }
    }
    watcher.look_away(y.clone()).await.unwrap();
    assert!(seen.read().is_empty(), "restarts in place, of one, of all and of a whole supervisor");
    root.shutdown().await;
    watcher.look(x.clone()).await.unwrap();
    settle().await;
    assert_eq!(
        seen.read(),
        ["/root/a: shutdown", "/root/inner/x: shutdown", "/root/inner/x: shutdown"],
        "once for each watch"
    );
}

#[tokio::test(start_paused = true)]
async fn children_of_a_child_end_before_it_waits_and_begin_anew_with_it() {
    struct Parent(Diary);
    impl Actor for Parent {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            ctx.spawn(Worker::new("own", &self.0));
            Ok(())
        }
    }
    #[handlers]
    impl Parent {
        #[handler]
        fn explode(&mut self) {
            panic!("exploded");
        }
        #[handler]
        fn children(&mut self, ctx: &mut Context<Self>) -> usize {
            ctx.children()
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let factory = {
        let diary = diary.clone();
        move || Parent(diary.clone())
    };
    let supervisor = Supervisor::one_for_one()
        .child(ChildSpec::new("p", factory).backoff(long()))
        .start(&system)
        .await
        .unwrap();
    let parent: ActorRef<Parent> = supervisor.child("p").unwrap();
    assert_eq!(parent.children().await, Ok(1));
    parent.explode().tell().await.unwrap();
    assert_eq!(parent.children().timeout(seconds(1000)).await, Ok(1));
    assert_eq!(diary.read(), ["own starts", "own stops", "own starts"]);
}

#[tokio::test]
async fn children_on_threads_of_their_own_keep_their_references_too() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_all().child(diary.child("x").dedicated_thread()).child(diary.child("y"));
    let root = Supervisor::one_for_all()
        .intensity(9, seconds(60))
        .child(diary.child("a").dedicated_thread())
        .child(ChildSpec::supervisor("inner", inner))
        .start(&system)
        .await
        .unwrap();
    let inner: SupervisorRef = root.child("inner").unwrap();
    let (a, x): (ActorRef<Worker>, ActorRef<Worker>) = (root.child("a").unwrap(), inner.child("x").unwrap());
    for _ in 0..3 {
        a.explode().tell().await.unwrap();
        assert_eq!(a.count().await, Ok(1));
        assert_eq!(x.count().await, Ok(1), "a sibling's child, on another thread");
    }
    assert_eq!((root.child("a").unwrap(), inner.child("x").unwrap()), (a, x));
    root.shutdown().await;
}

/// Fails on its cue in a handler, and on its way back in `started`.
#[derive(Clone, Default)]
struct Stumbling {
    lives: Arc<AtomicU32>,
    entered: Arc<Notify>,
    cue: Arc<Notify>,
    /// The life whose start waits and fails.
    failing_start: u32,
}

impl Stumbling {
    async fn stumble(&self) -> ActorError {
        self.entered.notify_one();
        self.cue.notified().await;
        ActorError::msg("stumbled")
    }
}

impl Actor for Stumbling {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        let life = self.lives.fetch_add(1, Ordering::Relaxed) + 1;
        if life == self.failing_start { Err(self.stumble().await) } else { Ok(()) }
    }
}

#[handlers]
impl Stumbling {
    #[handler]
    async fn walk(&mut self, ctx: &mut Context<Self>) {
        if self.failing_start == 0 {
            let error = self.stumble().await;
            ctx.fail(error);
        } else {
            ctx.fail(ActorError::msg("at once"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_to_stop_now_and_fails_does_not_come_back_unless_it_is_permanent() {
    for (restart, failing_start, lives, state) in [
        (Restart::transient(), 0, 1, ChildState::Stopped),
        (Restart::transient(), 2, 2, ChildState::Stopped),
        (Restart::permanent(), 0, 2, ChildState::Running),
        (Restart::permanent(), 2, 3, ChildState::Running),
    ] {
        let stumbling = Stumbling { failing_start, ..Stumbling::default() };
        let (system, made) = (ActorSystem::new(), stumbling.clone());
        let supervisor = Supervisor::one_for_one()
            .intensity(9, seconds(1000))
            .child(ChildSpec::new("a", move || made.clone()).restart(restart))
            .start(&system)
            .await
            .unwrap();
        let a: ActorRef<Stumbling> = supervisor.child("a").unwrap();
        a.walk().tell().await.unwrap();
        stumbling.entered.notified().await;
        a.stop_now();
        settle().await;
        stumbling.cue.notify_one();
        settle().await;
        assert_eq!(states(&supervisor).await, [state], "life {failing_start} fails to start");
        assert_eq!(stumbling.lives.load(Ordering::Relaxed), lives);
        assert_eq!(a.is_alive(), state == ChildState::Running);
        let again = supervisor.restart_child("a").await;
        assert_eq!(again.is_ok(), state == ChildState::Stopped);
    }
}
