//! How often children may fail, and what becomes of a supervisor whose children fail more often.

use actors::UnheardError;
use actors::prelude::*;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn one_restart_too_many_within_the_window_ends_the_supervisor_with_shutdown() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .intensity(2, seconds(10))
        .child(diary.child("a"))
        .child(diary.child("b"))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    for pause in [0, 4, 7, 7] {
        tokio::time::sleep(seconds(pause)).await;
        a.explode().tell().await.unwrap();
        assert_eq!(a.count().await, Ok(1), "the window slides");
    }
    let mut errors = system.errors().subscribe();
    a.explode().tell().await.unwrap();
    a.explode().tell().await.unwrap();
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown));
    assert!(matches!(a.wait().await, ExitReason::Panicked(_)));
    let escalated = loop {
        if let UnheardError::Escalated { child, root, .. } = errors.recv().await.unwrap() {
            break (child.to_string(), root);
        }
    };
    assert_eq!(escalated, ("a".to_owned(), true));
    assert!(matches!(system.escalated().await, UnheardError::Escalated { .. }));
    assert!(matches!(supervisor.which_children().await, Err(ChildError::Stopped)));
}

#[tokio::test(start_paused = true)]
async fn an_intensity_of_zero_allows_no_restart() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .intensity(0, seconds(1))
        .child(diary.child("a"))
        .start(&system)
        .await
        .unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().kill();
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn starts_that_fail_count_until_the_supervisor_gives_up() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    diary.fail_starts("a", 2, u32::MAX - 2);
    let supervisor = Supervisor::one_for_one()
        .intensity(3, seconds(5))
        .child(diary.child("a"))
        .start(&system)
        .await
        .unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().explode().tell().await.unwrap();
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown));
    let failures = diary.read().iter().filter(|entry| *entry == "a fails to start").count();
    assert_eq!(failures, 3);
}

#[tokio::test(start_paused = true)]
async fn a_nested_supervisor_that_gives_up_is_restarted_and_its_children_keep_their_references() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_one()
        .intensity(0, seconds(5))
        .child(diary.child("x"))
        .child(diary.child("y").restart(Restart::transient()));
    let outer = Supervisor::one_for_one()
        .child(diary.child("a"))
        .child(ChildSpec::supervisor("inner", inner))
        .start(&system)
        .await
        .unwrap();
    let inner: SupervisorRef = outer.child("inner").unwrap();
    let (x, y): (ActorRef<Worker>, ActorRef<Worker>) = (inner.child("x").unwrap(), inner.child("y").unwrap());
    inner.start_child(diary.child("added")).await.unwrap();
    let added: ActorRef<Worker> = inner.child("added").unwrap();
    diary.read();
    x.explode().tell().await.unwrap();
    x.count().tell().await.unwrap();
    assert_eq!(x.count().await, Ok(2), "what was queued is handled by the new life");
    assert_eq!(y.count().await, Ok(1));
    assert_eq!(diary.read(), ["x stops", "added stops", "y stops", "x starts", "y starts"]);
    assert!(matches!(added.wait().await, ExitReason::Shutdown));
    assert_eq!(inner.child::<ActorRef<Worker>>("x").unwrap(), x);
    assert!(matches!(inner.child::<ActorRef<Worker>>("added"), Err(ChildError::NotFound)));
    assert_eq!(outer.child::<SupervisorRef>("inner").unwrap(), inner);

    x.explode().tell().await.unwrap();
    assert!(matches!(outer.wait().await, ExitReason::Shutdown), "the second one is one too many");
    assert!(matches!(inner.wait().await, ExitReason::Shutdown));
    assert!(!x.is_alive() && !y.is_alive());
}

#[tokio::test(start_paused = true)]
async fn a_transient_supervisor_that_gives_up_stays_down() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_one().intensity(0, seconds(5)).child(diary.child("x"));
    let outer = Supervisor::one_for_one()
        .child(ChildSpec::supervisor("inner", inner).restart(Restart::transient()))
        .start(&system)
        .await
        .unwrap();
    let inner: SupervisorRef = outer.child("inner").unwrap();
    let x: ActorRef<Worker> = inner.child("x").unwrap();
    x.explode().tell().await.unwrap();
    assert!(matches!(inner.wait().await, ExitReason::Shutdown));
    assert!(matches!(x.wait().await, ExitReason::Panicked(_)));
    settle().await;
    assert!(matches!(outer.child::<SupervisorRef>("inner"), Err(ChildError::NotRunning)));
    assert!(outer.restart_child("inner").await.unwrap().is_some());
    let anew: SupervisorRef = outer.child("inner").unwrap();
    assert_ne!(anew, inner, "a new actor");
    assert_eq!(anew.child::<ActorRef<Worker>>("x").unwrap().count().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_killed_nested_supervisor_is_restarted_with_its_children_in_place() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_one().child(diary.child("x"));
    let outer =
        Supervisor::one_for_one().child(ChildSpec::supervisor("inner", inner)).start(&system).await.unwrap();
    let inner: SupervisorRef = outer.child("inner").unwrap();
    let x: ActorRef<Worker> = inner.child("x").unwrap();
    diary.read();
    inner.kill();
    assert_eq!(x.count().await, Ok(1));
    assert_eq!(diary.read(), ["x starts"], "no hook runs on a kill");
    outer.shutdown().await;
    assert!(matches!(x.wait().await, ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn one_for_all_restarts_nested_supervisors_in_place_too() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_one().child(diary.child("x")).child(diary.child("y"));
    let outer = Supervisor::one_for_all()
        .child(diary.child("a"))
        .child(ChildSpec::supervisor("inner", inner))
        .start(&system)
        .await
        .unwrap();
    let (a, inner): (ActorRef<Worker>, SupervisorRef) =
        (outer.child("a").unwrap(), outer.child("inner").unwrap());
    let y: ActorRef<Worker> = inner.child("y").unwrap();
    diary.read();
    a.explode().tell().await.unwrap();
    settle().await;
    assert_eq!(diary.read(), ["a stops", "y stops", "x stops", "a starts", "x starts", "y starts"]);
    assert_eq!(y.count().await, Ok(1));
    assert_eq!(inner.count_children().await.unwrap().active, 2);
}

#[tokio::test(start_paused = true)]
async fn backoff_delays_restarts_and_messages_wait() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .intensity(100, seconds(1000))
        .child(diary.child("a").backoff(Backoff::exponential(seconds(1), seconds(4)).jitter(0.0)))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    for delay in [1, 2, 4, 4] {
        a.explode().tell().await.unwrap();
        let begun = tokio::time::Instant::now();
        settle().await;
        assert_eq!(supervisor.which_children().await.unwrap()[0].state, ChildState::Restarting);
        assert_eq!(a.count().timeout(seconds(60)).await, Ok(1));
        assert_eq!(begun.elapsed(), seconds(delay));
    }
    tokio::time::sleep(seconds(5)).await;
    a.explode().tell().await.unwrap();
    let begun = tokio::time::Instant::now();
    a.count().await.unwrap();
    assert_eq!(begun.elapsed(), seconds(1), "a calm period begins the series anew");
}

#[tokio::test(start_paused = true)]
async fn decide_chooses_by_the_error() {
    #[derive(Debug)]
    struct Fatal;
    impl std::fmt::Display for Fatal {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("fatal")
        }
    }
    impl std::error::Error for Fatal {}
    #[derive(Actor, Default)]
    struct Moody(u64);
    #[handlers]
    impl Moody {
        #[handler]
        fn hiccup(&mut self, ctx: &mut Context<Self>) {
            ctx.fail(ActorError::msg("hiccup"));
        }
        #[handler]
        fn die(&mut self, ctx: &mut Context<Self>) {
            ctx.fail(Fatal);
        }
        #[handler]
        fn panic(&mut self) {
            panic!("oh no");
        }
        #[handler]
        fn count(&mut self) -> u64 {
            self.0 += 1;
            self.0
        }
    }
    let decide = |error: &ActorError| {
        if error.downcast_ref::<Fatal>().is_some() {
            Directive::Escalate
        } else if error.downcast_ref::<actors::PanicError>().is_some_and(|panic| panic.message() == "oh no") {
            Directive::Stop
        } else {
            Directive::Resume
        }
    };
    let system = ActorSystem::new();
    let supervisor = Supervisor::one_for_one()
        .decide(decide)
        .child(ChildSpec::new("a", Moody::default))
        .child(ChildSpec::new("b", Moody::default).decide(|_| Directive::Restart))
        .start(&system)
        .await
        .unwrap();
    let (a, b): (ActorRef<Moody>, ActorRef<Moody>) =
        (supervisor.child("a").unwrap(), supervisor.child("b").unwrap());
    assert_eq!((a.count().await, b.count().await), (Ok(1), Ok(1)));
    assert_eq!(a.hiccup().await, Ok(()));
    assert_eq!(a.count().await, Ok(2), "resumed with its state");
    b.hiccup().tell().await.unwrap();
    assert_eq!(b.count().await, Ok(1), "restarted, as its own hook says");
    assert!(a.panic().await.is_err());
    assert!(matches!(a.wait().await, ExitReason::Panicked(_)), "stopped, although permanent");
    settle().await;
    assert!(supervisor.restart_child("a").await.unwrap().is_some());
    let a: ActorRef<Moody> = supervisor.child("a").unwrap();
    a.die().tell().await.unwrap();
    let reason = supervisor.wait().await;
    assert!(
        matches!(&reason, ExitReason::Failed(error) if error.downcast_ref::<Fatal>().is_some()),
        "{reason}"
    );
    assert!(!b.is_alive());
}

#[tokio::test]
async fn handlers_that_fail_and_are_resumed_for_ever_give_way() {
    #[derive(Actor)]
    struct Broken;
    #[handlers]
    impl Broken {
        #[handler]
        fn fail(&mut self, ctx: &mut Context<Self>) {
            let me = ctx.myself();
            let _ = me.fail().try_tell();
            panic!("again");
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .child(ChildSpec::new("broken", || Broken).decide(|_| Directive::Resume))
        .child(diary.child("a"))
        .start(&system)
        .await
        .unwrap();
    supervisor.child::<ActorRef<Broken>>("broken").unwrap().fail().tell().await.unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    for count in 1..=50 {
        assert_eq!(a.count().await, Ok(count));
    }
    supervisor.shutdown().await;
}
