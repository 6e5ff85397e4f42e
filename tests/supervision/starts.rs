//! The start of a supervisor, and what is wrong with specifications.

use std::time::Duration;

use actors::SpecError;
use actors::prelude::*;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn children_start_in_order_and_a_failure_stops_the_earlier_ones_in_reverse() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    diary.fail_starts("c", 1, 1);
    let started = Supervisor::one_for_one()
        .child(diary.child("a"))
        .child(diary.child("b"))
        .child(diary.child("c"))
        .child(diary.child("d"))
        .start(&system)
        .await;
    let Err(StartError::Child { id, reason }) = started else { panic!("it has started") };
    assert_eq!((&*id, reason.to_string()), ("c", "failed: not today".to_owned()));
    assert_eq!(diary.read(), ["a starts", "b starts", "c fails to start", "b stops", "a stops"]);
    assert_eq!(system.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_factory_or_in_started_is_a_failed_start() {
    struct Fragile;
    impl Actor for Fragile {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            panic!("in started")
        }
    }
    let system = ActorSystem::new();
    let specs: [(ChildSpec, &str); 2] = [
        (ChildSpec::new("x", || Fragile), "in started"),
        (ChildSpec::new("x", || -> Fragile { panic!("in the factory") }), "in the factory"),
    ];
    for (spec, text) in specs {
        let started = Supervisor::one_for_one().child(spec).start(&system).await;
        assert!(
            matches!(&started, Err(StartError::Child { id, reason: ExitReason::Panicked(message) })
                if id == "x" && message == text),
            "{started:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_deep_in_the_tree_names_every_level() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    diary.fail_starts("leaf", 1, 1);
    let inner = Supervisor::one_for_one().child(diary.child("twig")).child(diary.child("leaf"));
    let started = Supervisor::one_for_one()
        .child(diary.child("root"))
        .child(ChildSpec::supervisor("branch", inner))
        .start(&system)
        .await
        .unwrap_err();
    assert_eq!(
        started.to_string(),
        "the child \"branch\" did not start: failed: the child \"leaf\" did not start: failed: not today"
    );
    assert_eq!(
        diary.read(),
        ["root starts", "twig starts", "leaf fails to start", "twig stops", "root stops"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_child_that_declines_leaves_an_empty_seat() {
    struct Shy;
    impl Actor for Shy {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            Err(ActorError::ignore())
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .child(ChildSpec::new("shy", || Shy))
        .child(ChildSpec::new("shy-temporary", || Shy).restart(Restart::temporary()))
        .child(diary.child("b"))
        .start(&system)
        .await
        .unwrap();
    let children = supervisor.which_children().await.unwrap();
    assert_eq!(ids(&children), ["b", "shy"]);
    assert!(children[1].actor.is_none());
    assert_eq!(children[1].state, ChildState::Stopped);
    assert!(matches!(supervisor.child::<ActorRef<Shy>>("shy"), Err(ChildError::NotRunning)));
    assert!(matches!(supervisor.restart_child("shy").await, Ok(None)));
    assert!(matches!(supervisor.start_child(ChildSpec::new("third", || Shy)).await, Ok(None)));
    assert_eq!(supervisor.count_children().await.unwrap().specs, 3);
}

#[tokio::test]
async fn every_fault_of_a_specification_has_its_error() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let any = |supervisor: Supervisor| supervisor.auto_shutdown(AutoShutdown::AnySignificant);
    let cases: [(Supervisor, SpecError, &str); 8] = [
        (Supervisor::one_for_one().child(diary.child("")), SpecError::InvalidId("".into()), "not an id"),
        (Supervisor::one_for_one().child(diary.child("a b")), SpecError::InvalidId("a b".into()), "\"a b\""),
        (
            Supervisor::one_for_one().child(diary.child("a")).child(diary.child("a")),
            SpecError::DuplicateId("a".into()),
            "each needs its own",
        ),
        (
            any(Supervisor::one_for_one()).child(diary.child("a").significant(true)),
            SpecError::SignificantPermanent("a".into()),
            "transient or temporary",
        ),
        (
            Supervisor::one_for_one().child(diary.child("a").restart(Restart::transient()).significant(true)),
            SpecError::SignificantWithoutAutoShutdown("a".into()),
            "AnySignificant",
        ),
        (
            Supervisor::one_for_one()
                .child(diary.child("a").restart(Restart::permanent().max(3, seconds(5)))),
            SpecError::RestartLimit("a".into()),
            "`intensity`",
        ),
        (Supervisor::one_for_one().intensity(1, Duration::ZERO), SpecError::EmptyWindow, "longer than 0"),
        (
            Supervisor::one_for_one()
                .child(ChildSpec::supervisor("inner", Supervisor::one_for_one().child(diary.child("x/y")))),
            SpecError::InvalidId("x/y".into()),
            "letters, digits",
        ),
    ];
    for (supervisor, fault, text) in cases {
        let Err(StartError::Spec(error)) = supervisor.start(&system).await else { panic!("{fault:?}") };
        assert_eq!(error, fault);
        assert!(error.to_string().contains(text), "{error}");
    }
    assert!(diary.read().is_empty(), "nothing was started");
}

#[tokio::test(start_paused = true)]
async fn factories_see_the_children_started_before() {
    #[derive(Actor)]
    struct Payments(ActorRef<Worker>);
    #[handlers]
    impl Payments {
        #[handler]
        async fn count_there(&mut self) -> Result<u64, AskError> {
            self.0.count().await
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let payments = || {
        ChildSpec::with_siblings("payments", |siblings| {
            Ok::<_, ChildError>(Payments(siblings.get("catalog")?))
        })
    };
    let shop = Supervisor::rest_for_one()
        .child(diary.child("catalog"))
        .child(payments())
        .start(&system)
        .await
        .unwrap();
    let payments_ref: ActorRef<Payments> = shop.child("payments").unwrap();
    assert_eq!(payments_ref.count_there().await.unwrap(), 1);

    let wrong_order =
        Supervisor::rest_for_one().child(payments()).child(diary.child("catalog")).start(&system).await;
    assert!(matches!(&wrong_order, Err(StartError::Child { id, .. }) if id == "payments"), "{wrong_order:?}");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_a_failed_start_of_that_child() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let specs = [diary.child("a").name("db"), diary.child("b").name("db")];
    let [first, second] = specs;
    let started = Supervisor::one_for_one().child(first).child(second).start(&system).await.unwrap_err();
    assert!(started.to_string().contains("\"b\"") && started.to_string().contains("\"db\""), "{started}");
    assert!(system.lookup::<Worker>("db").is_err(), "and is free again");
}

#[tokio::test(start_paused = true)]
async fn a_child_may_kill_its_supervisor_while_it_starts() {
    #[derive(Clone)]
    struct Traitor(std::sync::Arc<std::sync::OnceLock<SupervisorRef>>);
    impl Actor for Traitor {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            if let Some(supervisor) = self.0.get() {
                supervisor.kill();
            }
            Ok(())
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let known = Traitor(std::sync::Arc::default());
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    known.0.set(supervisor.clone()).unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    let outcome = supervisor.start_child(ChildSpec::new("traitor", move || known.clone())).await;
    // Its start may have been reported before the kill was obeyed.
    assert!(matches!(outcome, Ok(Some(_)) | Err(ChildError::Stopped)), "{outcome:?}");
    assert!(matches!(supervisor.wait().await, ExitReason::Killed));
    assert!(matches!(a.wait().await, ExitReason::Killed), "nothing is orphaned");
    assert_eq!(system.running(), 0);
}
