//! Management calls in every state of a child, and of the supervisor.

use actors::prelude::*;

use crate::support::*;

/// Declines to run.
struct Shy;

impl Actor for Shy {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        Err(ActorError::ignore())
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_declines_is_forgotten_at_once_if_it_is_temporary() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    for restart in [Restart::permanent(), Restart::transient(), Restart::temporary()] {
        let shy = || ChildSpec::new("shy", || Shy).restart(restart).name("shy");
        let is_kept = restart != Restart::temporary();
        let kept = usize::from(is_kept);
        let built_with = Supervisor::one_for_one().child(shy()).child(diary.child("b"));
        let supervisor = built_with.start(&system).await.unwrap();
        assert_eq!(counts(&supervisor).await, [1 + kept, 1, 0, 1 + kept], "{restart:?}");
        supervisor.shutdown().await;

        let supervisor = Supervisor::one_for_one().start(&system).await.unwrap();
        assert!(matches!(supervisor.start_child(shy()).await, Ok(None)));
        assert_eq!(counts(&supervisor).await, [kept, 0, 0, kept], "{restart:?}");
        supervisor.start_child(diary.child("b")).await.unwrap();
        let children = supervisor.which_children().await.unwrap();
        assert_eq!(ids(&children), if is_kept { vec!["b", "shy"] } else { vec!["b"] });
        if is_kept {
            assert!(children[1].actor.is_none());
            assert!(matches!(supervisor.start_child(shy()).await, Err(ChildError::AlreadyPresent)));
            assert!(matches!(supervisor.restart_child("shy").await, Ok(None)), "its name is free");
            supervisor.delete_child("shy").await.unwrap();
        }
        assert!(matches!(supervisor.start_child(shy()).await, Ok(None)), "{restart:?}");
        supervisor.shutdown().await;
    }
    let pool: Children<Shy> = Supervisor::dynamic().start(&system).await.unwrap();
    assert!(matches!(pool.spawn(|| Shy).await, Err(StartError::Failed(error)) if error.is_ignore()));
    assert_eq!(counts(pool.supervisor()).await, [1, 0, 0, 0]);
    pool.supervisor().shutdown().await;
    assert!(matches!(pool.supervisor().wait().await, ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn a_start_that_failed_has_left_nothing_when_its_starter_is_told() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one().start(&system).await.unwrap();
    diary.fail_starts("a", 1, 3);
    for _ in 0..2 {
        assert!(matches!(
            supervisor.start_child(diary.child("a").name("db")).await,
            Err(ChildError::Start(ExitReason::Failed(error))) if error.to_string() == "not today"
        ));
        assert_eq!(counts(&supervisor).await, [0; 4]);
        assert!(system.lookup::<Worker>("db").is_err());
    }
    let taken = system.actor(|| Anyone).name("db").start().await.unwrap();
    let refused = supervisor.start_child(diary.child("a").name("db")).await.unwrap_err();
    assert!(refused.to_string().contains("\"db\" is taken"), "{refused}");
    assert_eq!(counts(&supervisor).await, [0; 4]);
    taken.stop();
    taken.wait().await;

    diary.fail_starts("a", 3, 0);
    supervisor.start_child(diary.child("a").name("db")).await.unwrap();
    supervisor.terminate_child("a").await.unwrap();
    diary.fail_starts("a", 4, 1);
    assert!(matches!(supervisor.restart_child("a").await, Err(ChildError::Start(_))));
    assert_eq!(counts(&supervisor).await, [1, 0, 0, 1], "one that was a child stays one");
    assert!(supervisor.restart_child("a").await.unwrap().is_some());
}

#[derive(Actor)]
struct Anyone;

#[tokio::test(start_paused = true)]
async fn a_child_that_cannot_start_again_is_restarting_until_it_can_or_is_terminated() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::rest_for_one()
        .intensity(u32::MAX, seconds(1))
        .child(diary.child("a"))
        .child(diary.child("b").shutdown(ShutdownPolicy::Kill))
        .child(diary.child("c"))
        .start(&system)
        .await
        .unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
    diary.fail_starts("b", 2, u32::MAX - 2);
    b.give_up().tell().await.unwrap();
    settle_in_a_loop().await;
    assert!(matches!(supervisor.start_child(diary.child("b")).await, Err(ChildError::AlreadyPresent)));
    assert!(matches!(supervisor.restart_child("b").await, Err(ChildError::Restarting)));
    assert!(matches!(supervisor.delete_child("b").await, Err(ChildError::Restarting)));
    assert_eq!(counts(&supervisor).await, [3, 1, 0, 3]);
    assert_eq!(states(&supervisor).await[1..], [ChildState::Restarting, ChildState::Running]);

    supervisor.terminate_child("b").await.unwrap();
    assert!(!b.is_alive());
    c.wait().await;
    assert_eq!(states(&supervisor).await, [ChildState::Stopped, ChildState::Stopped, ChildState::Running]);
    assert_eq!(a.count().await, Ok(1), "it has nothing to do with it");

    diary.fail_starts("b", 2, 0);
    assert!(supervisor.restart_child("b").await.unwrap().is_some());
    assert_eq!(counts(&supervisor).await, [3, 2, 0, 3], "and no other is started");
    diary.fail_starts("b", 2, u32::MAX - 2);
    supervisor.child::<ActorRef<Worker>>("b").unwrap().kill();
    settle_in_a_loop().await;
    supervisor.shutdown().await;
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "a loop does not keep it from ending");
}

/// Lets a while pass in which a child fails to start again and again. Time stands still as long as somebody is busy.
async fn settle_in_a_loop() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn dynamic_children_that_cannot_start_again_are_counted_and_can_be_terminated() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let pool: Children<Worker> =
        Supervisor::dynamic().intensity(u32::MAX, seconds(10)).start(&system).await.unwrap();
    let mut children = Vec::new();
    for name in ["a", "b", "c"] {
        let diary = diary.clone();
        children.push(pool.spawn(move || Worker::new(name, &diary)).await.unwrap());
    }
    assert_eq!(counts(pool.supervisor()).await, [1, 3, 0, 3]);
    for (name, child) in ["a", "b"].into_iter().zip(&children) {
        diary.fail_starts(name, 2, u32::MAX - 2);
        child.explode().tell().await.unwrap();
    }
    settle_in_a_loop().await;
    assert_eq!(counts(pool.supervisor()).await, [1, 1, 0, 3]);
    pool.terminate(&children[0]).await.unwrap();
    assert_eq!(counts(pool.supervisor()).await, [1, 1, 0, 2]);
    diary.fail_starts("b", 2, 0);
    assert_eq!(children[1].count().await, Ok(1), "it has started at last");
    assert_eq!(counts(pool.supervisor()).await, [1, 2, 0, 2]);
    for child in &children {
        pool.terminate(child).await.unwrap();
    }
    assert_eq!(counts(pool.supervisor()).await, [1, 0, 0, 0]);
    for refused in
        [pool.supervisor().delete_child("a").await, pool.supervisor().restart_child("a").await.map(drop)]
    {
        assert!(matches!(refused, Err(ChildError::NotFound)), "dynamic children have no ids: {refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dynamic_supervisor_takes_specifications_too_and_supervisors() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let pool: Children<Worker> = Supervisor::dynamic().start(&system).await.unwrap();
    let supervisor = pool.supervisor();
    for _ in 0..2 {
        let inner = Supervisor::one_for_one().child(diary.child("x"));
        let spec = ChildSpec::supervisor("inner", inner).restart(Restart::temporary());
        supervisor.start_child(spec).await.unwrap();
        supervisor.start_child(diary.child("w").restart(Restart::temporary())).await.unwrap();
    }
    assert_eq!(counts(supervisor).await, [1, 4, 2, 2]);
    let workers = pool.actors().await.unwrap();
    assert_eq!(workers.len(), 2, "supervisors are not among the workers");
    assert_ne!(workers[0].path(), workers[1].path(), "ids need not differ");
    workers[0].explode().tell().await.unwrap();
    workers[0].wait().await;
    assert_eq!(counts(supervisor).await, [1, 3, 2, 1], "temporary, whatever the others are");
    let wrong = supervisor.start_child(diary.child("bad id")).await;
    assert!(matches!(wrong, Err(ChildError::Spec(_))));
    supervisor.shutdown().await;
    assert_eq!(system.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_call_to_a_supervisor_that_has_ended_says_so() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    supervisor.shutdown().await;
    for outcome in [
        supervisor.start_child(diary.child("b")).await.map(drop),
        supervisor.terminate_child("a").await,
        supervisor.restart_child("a").await.map(drop),
        supervisor.delete_child("a").await,
        supervisor.which_children().await.map(drop),
        supervisor.count_children().await.map(drop),
        supervisor.get_child_spec("a").await.map(drop),
        supervisor.child::<ActorRef<Worker>>("a").map(drop),
    ] {
        assert!(matches!(outcome, Err(ChildError::Stopped)), "{outcome:?}");
    }
    supervisor.shutdown().await;
    supervisor.kill();
    assert!(!supervisor.is_alive());
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_when_the_supervisor_ends_are_answered() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one().child(diary.child("a")).start(&system).await.unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().hang().tell().await.unwrap();
    settle().await;
    let asked = supervisor.clone();
    let terminating = tokio::spawn(async move { asked.terminate_child("a").await });
    settle().await;
    supervisor.shutdown().await;
    assert!(matches!(terminating.await.unwrap(), Err(ChildError::Stopped)));
}
