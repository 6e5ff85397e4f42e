//! Users' code that panics, hangs or turns on its supervisor: none of it takes more down than the strategy says.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use actors::prelude::*;

use crate::support::*;

/// Where a child panics once, in its first life.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spot {
    Factory,
    Started,
    Handler,
    Stopped,
    Drop,
}

struct Mine {
    spot: Spot,
    life: u32,
}

impl Mine {
    fn tread(&self, spot: Spot) {
        if self.spot == spot && self.life == 2 {
            panic!("in {spot:?}");
        }
    }
}

impl Actor for Mine {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.tread(Spot::Started);
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        self.tread(Spot::Stopped);
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        self.tread(Spot::Drop);
    }
}

#[handlers]
impl Mine {
    #[handler]
    fn life(&mut self) -> u32 {
        self.life
    }

    #[handler]
    fn fail(&mut self, ctx: &mut Context<Self>) {
        self.tread(Spot::Handler);
        ctx.fail(ActorError::msg("failed"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_anywhere_in_a_life_is_one_failure_of_that_child() {
    for spot in [Spot::Factory, Spot::Started, Spot::Handler, Spot::Stopped, Spot::Drop] {
        let (system, diary) = (ActorSystem::new(), Diary::default());
        let lives = Arc::new(AtomicU32::new(0));
        let factory = move || {
            let mine = Mine { spot, life: lives.fetch_add(1, Ordering::Relaxed) + 1 };
            mine.tread(Spot::Factory);
            mine
        };
        let supervisor = Supervisor::one_for_one()
            .intensity(3, seconds(60))
            .child(ChildSpec::new("mine", factory))
            .child(diary.child("a"))
            .start(&system)
            .await
            .unwrap();
        let mine: ActorRef<Mine> = supervisor.child("mine").unwrap();
        assert_eq!(mine.life().await, Ok(1));
        mine.fail().tell().await.unwrap();
        let starts_at_once = !matches!(spot, Spot::Factory | Spot::Started);
        assert_eq!(mine.life().await, Ok(if starts_at_once { 2 } else { 3 }), "{spot:?}");
        if starts_at_once {
            mine.fail().tell().await.unwrap();
            assert_eq!(mine.life().await, Ok(3), "{spot:?}");
        }
        let a: ActorRef<Worker> = supervisor.child("a").unwrap();
        assert_eq!(a.count().await, Ok(1), "{spot:?}: it has seen nothing of it");
        supervisor.shutdown().await;
        assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "{spot:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_panics_is_none_and_each_failure_is_decided_about_once() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let asked = Arc::new(AtomicU32::new(0));
    let counting = asked.clone();
    let supervisor = Supervisor::one_for_one()
        .intensity(9, seconds(60))
        .child(diary.child("a").decide(|error| panic!("cannot decide about {error}")))
        .child(diary.child("b").decide(move |_| match counting.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Directive::Restart,
            2 => Directive::Resume,
            _ => Directive::Stop,
        }))
        .start(&system)
        .await
        .unwrap();
    let [a, b] = ["a", "b"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
    for end in [End::Error, End::Panic] {
        end.of(&a).await;
        assert_eq!(a.count().await, Ok(1), "its restart type decides");
    }
    for (end, count) in [(End::Error, 1), (End::Panic, 1), (End::Error, 2)] {
        end.of(&b).await;
        assert_eq!(b.count().await, Ok(count));
    }
    diary.fail_starts("b", 4, 1);
    End::Kill.of(&b).await;
    assert_eq!(b.count().await, Ok(1), "kills and starts that fail are not asked about");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    b.explode().tell().await.unwrap();
    assert!(matches!(b.wait().await, ExitReason::Panicked(_)));
    assert_eq!(asked.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn directives_apply_to_work_done_on_a_childs_behalf() {
    #[derive(Actor, Default)]
    struct Delegating(u64);
    #[handlers]
    impl Delegating {
        #[handler]
        fn count(&mut self) -> u64 {
            self.0 += 1;
            self.0
        }
        #[handler]
        fn pipe(&mut self, ctx: &mut Context<Self>) {
            ctx.pipe(async { panic!("piped") }, |()| Count {});
        }
        #[handler]
        fn block(&mut self, ctx: &mut Context<Self>) {
            ctx.blocking(|| panic!("blocking"), |()| Count {});
        }
    }
    for (directive, count, is_alive) in
        [(Directive::Resume, 2, true), (Directive::Restart, 1, true), (Directive::Stop, 0, false)]
    {
        for blocking in [false, true] {
            let system = ActorSystem::new();
            let (decided, mut decisions) = tokio::sync::mpsc::unbounded_channel();
            let decide = move |error: &ActorError| {
                decided.send(error.to_string()).unwrap();
                directive
            };
            let supervisor = Supervisor::one_for_one()
                .decide(decide)
                .child(ChildSpec::new("d", Delegating::default))
                .start(&system)
                .await
                .unwrap();
            let child: ActorRef<Delegating> = supervisor.child("d").unwrap();
            assert_eq!(child.count().await, Ok(1));
            if blocking {
                child.block().await.unwrap();
            } else {
                child.pipe().await.unwrap();
            }
            let text = decisions.recv().await.unwrap();
            assert_eq!(text, format!("panicked: {}", if blocking { "blocking" } else { "piped" }));
            if is_alive {
                settle().await;
                assert_eq!(child.count().await, Ok(count), "{directive:?}, blocking: {blocking}");
            } else {
                assert!(matches!(child.wait().await, ExitReason::Panicked(_)));
            }
            assert!(supervisor.is_alive());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_specification_holds_may_panic_when_it_is_dropped() {
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    for (round, restart) in [Restart::permanent(), Restart::temporary()].into_iter().enumerate() {
        let (grenade, diary) = (Grenade, diary.clone());
        let factory = move || {
            let _ = &grenade;
            Worker::new("g", &diary)
        };
        supervisor.start_child(ChildSpec::new("g", factory).restart(restart)).await.unwrap();
        supervisor.terminate_child("g").await.unwrap();
        if round == 0 {
            supervisor.delete_child("g").await.unwrap();
        }
    }
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    assert_eq!(a.count().await, Ok(1), "the supervisor has not noticed");
}

/// Does something to its supervisor, or to itself, in a hook.
struct Traitor {
    deed: Deed,
    victim: Arc<OnceLock<SupervisorRef>>,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    KillInStarted,
    KillInStopped,
    KillMyselfInStarted,
    KillMyselfInStopped,
    StopInStarted,
}

impl Actor for Traitor {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        match (self.deed, self.victim.get()) {
            (Deed::KillInStarted, Some(supervisor)) => supervisor.kill(),
            (Deed::KillMyselfInStarted, Some(_)) => ctx.myself().kill(),
            (Deed::StopInStarted, Some(_)) => ctx.myself().stop(),
            _ => {}
        }
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn stopped(&mut self, ctx: &mut Context<Self>, _: &ExitReason) {
        match (self.deed, self.victim.get()) {
            (Deed::KillInStopped, Some(supervisor)) => supervisor.kill(),
            (Deed::KillMyselfInStopped, _) => ctx.myself().kill(),
            _ => {}
        }
        tokio::task::yield_now().await;
    }
}

#[handlers]
impl Traitor {
    #[handler]
    fn strike(&mut self) {
        panic!("now");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_turns_on_its_supervisor_or_on_itself_leaves_no_orphans() {
    for deed in [
        Deed::KillInStarted,
        Deed::KillInStopped,
        Deed::KillMyselfInStarted,
        Deed::KillMyselfInStopped,
        Deed::StopInStarted,
    ] {
        let (system, diary) = (ActorSystem::new(), Diary::default());
        let victim: Arc<OnceLock<SupervisorRef>> = Arc::default();
        let known = victim.clone();
        let supervisor = Supervisor::one_for_all()
            .intensity(3, seconds(5))
            .child(diary.child("a"))
            .child(ChildSpec::new("t", move || Traitor { deed, victim: known.clone() }))
            .child(diary.child("z"))
            .start(&system)
            .await
            .unwrap();
        victim.set(supervisor.clone()).unwrap();
        let [a, z] = ["a", "z"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
        supervisor.child::<ActorRef<Traitor>>("t").unwrap().strike().tell().await.unwrap();
        let killed = matches!(deed, Deed::KillInStarted | Deed::KillInStopped);
        let gives_up = matches!(deed, Deed::KillMyselfInStarted | Deed::StopInStarted);
        if killed || gives_up {
            let reason = supervisor.wait().await;
            assert_eq!(matches!(reason, ExitReason::Killed), killed, "{deed:?}: {reason}");
            assert!(!a.is_alive() && !z.is_alive(), "{deed:?}");
        } else {
            assert_eq!((a.count().await, z.count().await), (Ok(1), Ok(1)), "{deed:?}");
            supervisor.shutdown().await;
        }
        assert_eq!(system.running(), 0, "{deed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_errors_that_panics_changes_no_decision() {
    let system = ActorSystem::builder().on_error(|_| panic!("in the handler of errors")).build();
    let diary = Diary::default();
    let supervisor = Supervisor::one_for_one()
        .intensity(1, seconds(5))
        .child(diary.child("a"))
        .child(diary.child("b").decide(|_| Directive::Resume))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    let b: ActorRef<Worker> = supervisor.child("b").unwrap();
    assert_eq!(b.count().await, Ok(1));
    b.explode().tell().await.unwrap();
    assert_eq!(b.count().await, Ok(2), "it was to go on");
    a.explode().tell().await.unwrap();
    assert_eq!(a.count().await, Ok(1), "it was to be restarted");
    a.explode().tell().await.unwrap();
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "a restart too many");
    assert!(!a.is_alive() && !b.is_alive());
}
