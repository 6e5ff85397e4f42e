//! Siblings that wait for one another while their supervisor restarts them: nobody waits for its own end.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Duration;

use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::*;

/// What the actors of one test came to hear, and what they wait for.
#[derive(Clone, Default)]
struct Scene {
    diary: Diary,
    heard: Arc<Mutex<Vec<Result<u64, AskError>>>>,
    entered: Arc<Notify>,
    gate: Arc<Notify>,
}

impl Scene {
    fn child(&self, name: &'static str) -> ChildSpec {
        let scene = self.clone();
        ChildSpec::new(name, move || Member { name, scene: scene.clone(), count: 0 })
    }

    fn alone(&self, system: &ActorSystem, name: &'static str) -> ActorRef<Member> {
        system.spawn(Member { name, scene: self.clone(), count: 0 })
    }

    fn heard(&self) -> Vec<Result<u64, AskError>> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// Waits until a handler is where it notifies.
    async fn entered(&self) {
        self.entered.notified().await;
        settle().await;
    }
}

/// Wakes whoever waits, and remembers that it did.
#[derive(Default)]
struct Bell {
    has_rung: AtomicBool,
    was_polled: AtomicBool,
    outer: Mutex<Option<Waker>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.outer.lock().unwrap().iter().for_each(Waker::wake_by_ref);
    }
}

struct Member {
    name: &'static str,
    scene: Scene,
    count: u64,
}

impl Actor for Member {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.scene.diary.note(format!("{} starts", self.name));
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        self.scene.diary.note(format!("{} stops", self.name));
    }
}

#[handlers]
impl Member {
    #[handler]
    fn count(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[handler]
    async fn explode_at_the_gate(&mut self) {
        self.scene.gate.notified().await;
        panic!("exploded");
    }

    /// Answers after a while.
    #[handler]
    async fn count_slowly(&mut self, delay: Duration) -> u64 {
        tokio::time::sleep(delay).await;
        self.count += 1;
        self.count
    }

    #[handler]
    async fn inquire(&mut self, other: ActorRef<Member>) -> u64 {
        self.scene.entered.notify_one();
        let outcome = other.count().timeout(seconds(600)).await;
        self.scene.heard.lock().unwrap().push(outcome.clone());
        outcome.unwrap_or(0)
    }

    /// Asks through one that asks.
    #[handler]
    async fn ask_through(&mut self, middle: ActorRef<Member>, other: ActorRef<Member>) {
        let outcome = middle.inquire(other).timeout(seconds(600)).await;
        self.scene.heard.lock().unwrap().push(outcome);
    }

    /// Asks one that asks another one when the gate opens.
    #[handler]
    async fn ask_at_the_gate(&mut self, other: ActorRef<Member>) -> u64 {
        self.scene.entered.notify_one();
        self.scene.gate.notified().await;
        other.count().timeout(seconds(600)).await.unwrap_or(0)
    }

    #[handler]
    async fn ask_through_the_gate(&mut self, middle: ActorRef<Member>, other: ActorRef<Member>) {
        let outcome = middle.ask_at_the_gate(other).timeout(seconds(600)).await;
        self.scene.heard.lock().unwrap().push(outcome);
    }

    /// Polls the question only when that itself is woken, as collections of futures do.
    #[handler]
    async fn inquire_once_woken(&mut self, other: ActorRef<Member>) {
        let mut asked = pin!(other.count().timeout(seconds(600)));
        let bell = Arc::new(Bell::default());
        let outcome = poll_fn(|cx| {
            self.scene.entered.notify_one();
            *bell.outer.lock().unwrap() = Some(cx.waker().clone());
            if !bell.has_rung.swap(false, Ordering::AcqRel) && bell.was_polled.swap(true, Ordering::AcqRel) {
                return Poll::Pending;
            }
            asked.as_mut().poll(&mut TaskContext::from_waker(&Waker::from(bell.clone())))
        })
        .await;
        self.scene.heard.lock().unwrap().push(outcome);
    }

    #[handler]
    async fn ask_slowly(&mut self, other: ActorRef<Member>, delay: Duration) {
        self.scene.entered.notify_one();
        let outcome = other.count_slowly(delay).timeout(seconds(600)).await;
        self.scene.heard.lock().unwrap().push(outcome);
    }
}

fn strategies() -> [fn() -> Supervisor; 2] {
    [Supervisor::one_for_all, Supervisor::rest_for_one]
}

fn policies() -> [ShutdownPolicy; 3] {
    [ShutdownPolicy::Timeout(seconds(5)), ShutdownPolicy::Infinity, ShutdownPolicy::Kill]
}

/// `a` and `b` of a supervisor, of which `a` is about to explode.
async fn about_to_explode(
    supervisor: Supervisor,
    scene: &Scene,
    policy: ShutdownPolicy,
    system: &ActorSystem,
) -> (SupervisorRef, ActorRef<Member>, ActorRef<Member>) {
    let supervisor = supervisor
        .child(scene.child("a"))
        .child(scene.child("b").shutdown(policy))
        .start(system)
        .await
        .unwrap();
    let (a, b): (ActorRef<Member>, ActorRef<Member>) =
        (supervisor.child("a").unwrap(), supervisor.child("b").unwrap());
    a.explode_at_the_gate().tell().await.unwrap();
    scene.diary.read();
    (supervisor, a, b)
}

#[tokio::test(start_paused = true)]
async fn one_that_awaits_an_answer_of_the_one_that_crashed_ends_at_once_and_in_good_order() {
    for strategy in strategies() {
        for policy in policies() {
            let (system, scene) = (ActorSystem::new(), Scene::default());
            let (_supervisor, a, b) = about_to_explode(strategy(), &scene, policy, &system).await;
            b.inquire(a.clone()).tell().await.unwrap();
            scene.entered().await;

            let begun = Instant::now();
            scene.gate.notify_one();
            assert_eq!(b.count().timeout(seconds(60)).await, Ok(1), "{policy:?}");
            assert!(begun.elapsed() < seconds(1), "{policy:?}: {:?}", begun.elapsed());
            let is_killed = policy == ShutdownPolicy::Kill;
            let (heard, ends): (&[_], &[_]) = if is_killed {
                (&[], &["a stops"])
            } else {
                (&[Err(AskError::Stopped)], &["a stops", "b stops"])
            };
            assert_eq!(scene.heard(), heard, "{policy:?}");
            assert_eq!(scene.diary.read(), [ends, &["a starts", "b starts"]].concat(), "{policy:?}");
            let handled = if is_killed { 2 } else { 1 };
            assert_eq!(
                a.count().await,
                Ok(handled),
                "{policy:?}: what was withdrawn is not handled any more"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn others_wait_for_the_next_life_as_ever() {
    for strategy in strategies() {
        let (system, scene) = (ActorSystem::new(), Scene::default());
        let policy = ShutdownPolicy::Infinity;
        let (_supervisor, a, b) = about_to_explode(strategy(), &scene, policy, &system).await;
        let stranger = scene.alone(&system, "stranger");
        b.inquire(a.clone()).tell().await.unwrap();
        scene.entered().await;
        stranger.inquire(a.clone()).tell().await.unwrap();
        scene.entered().await;
        scene.gate.notify_one();
        settle().await;
        assert_eq!(scene.heard(), [Err(AskError::Stopped), Ok(1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_to_end_may_wait_for_those_that_can_answer() {
    for strategy in strategies() {
        let (system, scene) = (ActorSystem::new(), Scene::default());
        let policy = ShutdownPolicy::Timeout(seconds(5));
        let (_supervisor, a, b) = about_to_explode(strategy(), &scene, policy, &system).await;
        let stranger = scene.alone(&system, "stranger");
        b.ask_slowly(stranger, seconds(3)).tell().await.unwrap();
        scene.entered().await;
        let begun = Instant::now();
        scene.gate.notify_one();
        assert_eq!(a.count().timeout(seconds(60)).await, Ok(1));
        assert!(begun.elapsed() >= seconds(2), "{:?}", begun.elapsed());
        assert_eq!(scene.heard(), [Ok(1)]);
        assert!(scene.diary.read().contains(&"b stops".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_way_may_lead_through_others() {
    for strategy in strategies() {
        let (system, scene) = (ActorSystem::new(), Scene::default());
        let policy = ShutdownPolicy::Infinity;
        let (_supervisor, a, b) = about_to_explode(strategy(), &scene, policy, &system).await;
        let middle = scene.alone(&system, "middle");
        b.ask_through(middle.clone(), a.clone()).tell().await.unwrap();
        scene.entered().await;
        let begun = Instant::now();
        scene.gate.notify_one();
        assert_eq!(b.count().timeout(seconds(60)).await, Ok(1));
        assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
        assert_eq!(
            scene.heard(),
            [Err(AskError::Stopped), Ok(1)],
            "the one between is answered by the next life"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_between_may_ask_when_the_end_was_ordered_already() {
    for strategy in strategies() {
        let (system, scene) = (ActorSystem::new(), Scene::default());
        let policy = ShutdownPolicy::Infinity;
        let supervisor = strategy()
            .child(scene.child("a"))
            .child(scene.child("b").shutdown(policy))
            .start(&system)
            .await
            .unwrap();
        let (a, b): (ActorRef<Member>, ActorRef<Member>) =
            (supervisor.child("a").unwrap(), supervisor.child("b").unwrap());
        let middle = scene.alone(&system, "middle");
        b.ask_through_the_gate(middle, a.clone()).tell().await.unwrap();
        scene.entered().await;
        a.kill();
        settle().await;
        assert_eq!(scene.heard(), [], "it waits for one that waits for something else");
        let begun = Instant::now();
        scene.gate.notify_one();
        assert_eq!(b.count().timeout(seconds(60)).await, Ok(1));
        assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
        assert_eq!(scene.heard(), [Err(AskError::Stopped)]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_one_that_is_asked_may_crash_when_the_end_was_ordered_already() {
    let (system, scene) = (ActorSystem::new(), Scene::default());
    let supervisor = Supervisor::one_for_all()
        .child(scene.child("a"))
        .child(scene.child("b").shutdown(ShutdownPolicy::Infinity))
        .child(scene.child("c"))
        .start(&system)
        .await
        .unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|id| supervisor.child::<ActorRef<Member>>(id).unwrap());
    a.explode_at_the_gate().tell().await.unwrap();
    b.inquire(a.clone()).tell().await.unwrap();
    scene.entered().await;
    c.kill();
    settle().await;
    assert_eq!(scene.heard(), [], "it could be answered still");
    let begun = Instant::now();
    scene.gate.notify_one();
    assert_eq!(b.count().timeout(seconds(60)).await, Ok(1));
    assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
    assert_eq!(scene.heard(), [Err(AskError::Stopped)]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_only_its_own_waker_has_polled_is_woken() {
    for strategy in strategies() {
        let (system, scene) = (ActorSystem::new(), Scene::default());
        let policy = ShutdownPolicy::Infinity;
        let (_supervisor, a, b) = about_to_explode(strategy(), &scene, policy, &system).await;
        b.inquire_once_woken(a.clone()).tell().await.unwrap();
        scene.entered().await;
        let begun = Instant::now();
        scene.gate.notify_one();
        assert_eq!(b.count().timeout(seconds(60)).await, Ok(1));
        assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
        assert_eq!(scene.heard(), [Err(AskError::Stopped)]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_below_a_nested_supervisor_does_not_keep_it_from_its_end() {
    for strategy in strategies() {
        let (system, scene) = (ActorSystem::new(), Scene::default());
        let nested = Supervisor::one_for_one().child(scene.child("c").shutdown(ShutdownPolicy::Infinity));
        let supervisor = strategy()
            .child(scene.child("a"))
            .child(ChildSpec::supervisor("b", nested))
            .start(&system)
            .await
            .unwrap();
        let a: ActorRef<Member> = supervisor.child("a").unwrap();
        let c: ActorRef<Member> = supervisor.child::<SupervisorRef>("b").unwrap().child("c").unwrap();
        a.explode_at_the_gate().tell().await.unwrap();
        c.inquire(a).tell().await.unwrap();
        scene.entered().await;
        let begun = Instant::now();
        scene.gate.notify_one();
        assert_eq!(c.count().timeout(seconds(60)).await, Ok(1));
        assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
        assert_eq!(scene.heard(), [Err(AskError::Stopped)]);
    }
}

#[tokio::test(start_paused = true)]
async fn dynamic_children_below_do_not_either() {
    let (system, scene) = (ActorSystem::new(), Scene::default());
    let pool = Supervisor::dynamic().shutdown(ShutdownPolicy::Infinity);
    let supervisor = Supervisor::rest_for_one()
        .child(scene.child("a"))
        .child(ChildSpec::supervisor("pool", pool))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Member> = supervisor.child("a").unwrap();
    let pool: Children<Member> = supervisor.child("pool").unwrap();
    a.explode_at_the_gate().tell().await.unwrap();
    for _ in 0..3 {
        let scene = scene.clone();
        let one = pool.spawn(move || Member { name: "one", scene: scene.clone(), count: 0 }).await.unwrap();
        one.inquire(a.clone()).tell().await.unwrap();
    }
    settle().await;
    let begun = Instant::now();
    scene.gate.notify_one();
    settle().await;
    assert_eq!(a.count().timeout(seconds(60)).await, Ok(1));
    assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
    assert_eq!(scene.heard(), vec![Err(AskError::Stopped); 3]);
}
