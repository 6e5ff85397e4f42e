//! The management calls, also while children start, hang and fail.

use std::sync::Arc;

use actors::prelude::*;
use tokio::sync::Notify;

use crate::support::*;

/// Starts when it is let go.
#[derive(Clone, Default)]
struct Slow(Arc<Notify>);

impl Actor for Slow {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        self.0.notified().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn children_are_added_ended_started_again_and_deleted() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    let b = supervisor.start_child(diary.child("b")).await.unwrap().unwrap();
    assert_eq!(ids(&supervisor.which_children().await.unwrap()), ["b", "a"]);
    assert!(matches!(
        supervisor.start_child(diary.child("b")).await,
        Err(ChildError::AlreadyStarted(id)) if id == b.id()
    ));
    assert!(matches!(supervisor.delete_child("b").await, Err(ChildError::Running)));
    assert!(matches!(supervisor.restart_child("b").await, Err(ChildError::Running)));

    supervisor.terminate_child("b").await.unwrap();
    assert!(!b.is_alive());
    supervisor.terminate_child("b").await.unwrap();
    assert!(matches!(supervisor.start_child(diary.child("b")).await, Err(ChildError::AlreadyPresent)));
    let counts = supervisor.count_children().await.unwrap();
    assert_eq!(counts, ChildCounts { specs: 2, active: 1, supervisors: 0, workers: 2 });
    let spec = supervisor.get_child_spec("b").await.unwrap();
    assert_eq!((spec.id(), spec.kind(), spec.restart_type()), ("b", ChildKind::Worker, Restart::permanent()));

    let again = supervisor.restart_child("b").await.unwrap().unwrap();
    assert_ne!(again, b, "a new actor");
    assert_eq!(supervisor.child::<ActorRef<Worker>>("b").unwrap().count().await, Ok(1));
    supervisor.terminate_child("b").await.unwrap();
    supervisor.delete_child("b").await.unwrap();
    for unknown in [
        supervisor.terminate_child("b").await,
        supervisor.delete_child("b").await,
        supervisor.restart_child("b").await.map(drop),
        supervisor.get_child_spec("b").await.map(drop),
        supervisor.child::<ActorRef<Worker>>("b").map(drop),
    ] {
        assert!(matches!(unknown, Err(ChildError::NotFound)), "{unknown:?}");
    }
    assert_eq!(supervisor.start_child(spec).await.unwrap().unwrap().type_name(), "Worker");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_does_not_start_is_not_a_child() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    diary.fail_starts("b", 1, 1);
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    let refused = supervisor.start_child(diary.child("b")).await;
    assert!(matches!(&refused, Err(ChildError::Start(reason)) if reason.to_string().contains("not today")));
    assert_eq!(supervisor.count_children().await.unwrap().specs, 1);
    assert!(supervisor.start_child(diary.child("b")).await.is_ok(), "the id is free");

    supervisor.terminate_child("b").await.unwrap();
    diary.fail_starts("b", 3, 1);
    assert!(matches!(supervisor.restart_child("b").await, Err(ChildError::Start(_))));
    assert!(supervisor.restart_child("b").await.is_ok(), "one that was known stays known");
    let refused = supervisor.start_child(diary.child("bad id")).await;
    assert!(matches!(refused, Err(ChildError::Spec(_))));
}

#[tokio::test(start_paused = true)]
async fn a_temporary_child_leaves_nothing_behind() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .child(diary.child("a").restart(Restart::temporary()))
        .start(&system)
        .await
        .unwrap();
    supervisor.terminate_child("a").await.unwrap();
    assert!(matches!(supervisor.terminate_child("a").await, Err(ChildError::NotFound)));
    assert!(supervisor.start_child(diary.child("a")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn calls_are_answered_while_a_child_hangs_in_its_start() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all().child(diary.child("a")).start(&system).await.unwrap();
    let starting = tokio::spawn({
        let supervisor = supervisor.clone();
        async move { supervisor.start_child(ChildSpec::new("slow", Slow::default)).await }
    });
    settle().await;
    let children = supervisor.which_children().await.unwrap();
    assert_eq!(ids(&children), ["slow", "a"]);
    assert_eq!(children[0].state, ChildState::Starting);
    assert_eq!(supervisor.count_children().await.unwrap().active, 1);
    assert!(matches!(supervisor.delete_child("slow").await, Err(ChildError::Running)));
    assert!(supervisor.start_child(diary.child("b")).await.is_ok());

    let begun = tokio::time::Instant::now();
    supervisor.terminate_child("slow").await.unwrap();
    assert_eq!(begun.elapsed(), seconds(5), "it had its time, and was killed");
    assert!(matches!(starting.await.unwrap(), Err(ChildError::Start(_))));
}

#[tokio::test(start_paused = true)]
async fn calls_are_answered_while_a_child_hangs_in_a_restart_and_terminating_it_ends_the_step() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let gate = Slow::default();
    gate.0.notify_one();
    let slow = gate.clone();
    let supervisor = Supervisor::one_for_all()
        .child(diary.child("a"))
        .child(ChildSpec::new("slow", move || slow.clone()))
        .child(diary.child("c"))
        .start(&system)
        .await
        .unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().explode().tell().await.unwrap();
    settle().await;
    let states: Vec<_> = supervisor.which_children().await.unwrap().iter().map(|child| child.state).collect();
    assert_eq!(states, [ChildState::Restarting, ChildState::Restarting, ChildState::Running]);
    assert!(matches!(supervisor.restart_child("c").await, Err(ChildError::Restarting)));
    assert!(matches!(supervisor.delete_child("c").await, Err(ChildError::Restarting)));
    supervisor.terminate_child("slow").await.unwrap();
    assert_eq!(supervisor.child::<ActorRef<Worker>>("c").unwrap().count().await, Ok(1), "the step went on");
}

#[tokio::test(start_paused = true)]
async fn calls_are_answered_during_a_restart_loop() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    diary.fail_starts("a", 2, u32::MAX - 2);
    let supervisor = Supervisor::one_for_one()
        .intensity(u32::MAX, seconds(1))
        .child(diary.child("a"))
        .child(diary.child("b"))
        .start(&system)
        .await
        .unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().explode().tell().await.unwrap();
    for _ in 0..20 {
        tokio::task::yield_now().await;
        assert_eq!(supervisor.which_children().await.unwrap().len(), 2);
    }
    assert_eq!(supervisor.child::<ActorRef<Worker>>("b").unwrap().count().await, Ok(1));
    supervisor.terminate_child("a").await.unwrap();
    let children = supervisor.which_children().await.unwrap();
    assert_eq!(children[1].state, ChildState::Stopped, "terminated in the middle of the loop");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_waits_for_its_backoff_can_be_terminated() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .child(diary.child("a").backoff(Backoff::exponential(seconds(100), seconds(100))))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    a.explode().tell().await.unwrap();
    settle().await;
    assert!(matches!(supervisor.restart_child("a").await, Err(ChildError::Restarting)));
    supervisor.terminate_child("a").await.unwrap();
    assert!(!a.is_alive());
    diary.read();
    tokio::time::sleep(seconds(300)).await;
    assert!(diary.read().is_empty(), "it is not started after its backoff");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_being_restarted_is_present_however_far_that_is() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let gate = Slow::default();
    gate.0.notify_one();
    let slow = gate.clone();
    let supervisor = Supervisor::rest_for_one()
        .child(diary.child("a").backoff(Backoff::exponential(seconds(100), seconds(100))))
        .child(ChildSpec::new("slow", move || slow.clone()))
        .child(diary.child("c"))
        .start(&system)
        .await
        .unwrap();
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    let answers = async || {
        let mut answers = Vec::new();
        for id in ["a", "slow", "c"] {
            answers.push(match supervisor.start_child(diary.child(id)).await.unwrap_err() {
                ChildError::AlreadyStarted(_) => "started",
                ChildError::AlreadyPresent => "present",
                other => panic!("{other}"),
            });
        }
        answers
    };
    assert_eq!(answers().await, ["started"; 3]);
    a.explode().tell().await.unwrap();
    settle().await;
    assert_eq!(answers().await, ["present"; 3], "one waits for its backoff, two for their turn");
    tokio::time::sleep(seconds(200)).await;
    assert_eq!(answers().await, ["started", "present", "present"], "one starts, and hangs in it");
    gate.0.notify_one();
    settle().await;
    assert_eq!(answers().await, ["started"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_being_terminated_is_present() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().hang().tell().await.unwrap();
    settle().await;
    let terminating = tokio::spawn({
        let supervisor = supervisor.clone();
        async move { supervisor.terminate_child("a").await }
    });
    settle().await;
    for _ in 0..2 {
        assert!(matches!(supervisor.start_child(diary.child("a")).await, Err(ChildError::AlreadyPresent)));
        tokio::time::sleep(seconds(10)).await;
    }
    terminating.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hanging_start_does_not_keep_the_supervisor_from_ending() {
    let system = ActorSystem::new();
    let supervisor = Supervisor::one_for_one().start(&system).await.unwrap();
    tokio::spawn({
        let supervisor = supervisor.clone();
        async move { supervisor.start_child(ChildSpec::new("slow", Slow::default)).await }
    });
    settle().await;
    let begun = tokio::time::Instant::now();
    supervisor.shutdown().await;
    assert_eq!(begun.elapsed(), seconds(5));
    assert_eq!(system.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn children_of_another_type_are_told_apart() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let inner = Supervisor::one_for_one();
    let pool = Supervisor::dynamic();
    let supervisor = Supervisor::one_for_one()
        .child(diary.child("a"))
        .child(ChildSpec::supervisor("inner", inner))
        .child(ChildSpec::supervisor("pool", pool))
        .start(&system)
        .await
        .unwrap();
    let error = supervisor.child::<ActorRef<Slow>>("a").unwrap_err();
    assert_eq!(error.to_string(), "the child is a Worker and not a Slow");
    assert!(matches!(supervisor.child::<SupervisorRef>("a"), Err(ChildError::WrongType { .. })));
    assert!(matches!(supervisor.child::<Children<Worker>>("inner"), Err(ChildError::WrongType { .. })));
    assert!(supervisor.child::<Children<Worker>>("pool").is_ok());
    assert!(supervisor.child::<SupervisorRef>("inner").is_ok());
    let counts = supervisor.count_children().await.unwrap();
    assert_eq!(counts, ChildCounts { specs: 3, active: 3, supervisors: 2, workers: 1 });
}
