//! What the failure of one child does to its family, and to the families above.

use actors::UnheardError;
use actors::prelude::*;

use crate::support::*;

fn strategies() -> [(&'static str, Supervisor); 3] {
    [
        ("one_for_one", Supervisor::one_for_one()),
        ("one_for_all", Supervisor::one_for_all()),
        ("rest_for_one", Supervisor::rest_for_one()),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_child_that_never_starts_again_ends_the_supervisor_whatever_the_strategy() {
    for failing in ["a", "b"] {
        for (strategy, supervisor) in strategies() {
            let (system, diary) = (ActorSystem::new(), Diary::default());
            diary.fail_starts(failing, 2, u32::MAX - 2);
            let supervisor = supervisor
                .intensity(4, seconds(3600))
                .child(diary.child("a"))
                .child(diary.child("b"))
                .start(&system)
                .await
                .unwrap();
            let [a, b] = ["a", "b"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
            let crashing = if strategy == "one_for_one" && failing == "b" { &b } else { &a };
            crashing.explode().tell().await.unwrap();
            assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "{strategy} {failing}");
            assert!(!a.is_alive() && !b.is_alive(), "{strategy} {failing}");
            let attempts = diary.read().iter().filter(|entry| entry.ends_with("fails to start")).count();
            assert_eq!(attempts, 4, "{strategy} {failing}: one for each restart it may have");
            assert_eq!(system.running(), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_bystanders_go_and_their_supervisor_stays() {
    for (strategy, supervisor) in strategies() {
        for end in End::ALL {
            let (system, diary) = (ActorSystem::new(), Diary::default());
            let supervisor = supervisor.clone().intensity(2, seconds(300)).start(&system).await.unwrap();
            supervisor.start_child(diary.child("a")).await.unwrap();
            supervisor.start_child(diary.child("t").restart(Restart::temporary())).await.unwrap();
            let [a, t] = ["a", "t"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
            end.of(&a).await;
            assert_eq!(a.count().await, Ok(1));
            let goes = strategy != "one_for_one";
            assert_eq!(t.is_alive(), !goes, "{strategy} {end:?}");
            let children = supervisor.which_children().await.unwrap();
            assert_eq!(ids(&children), if goes { vec!["a"] } else { vec!["t", "a"] }, "{strategy} {end:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn children_that_crash_together_are_one_failure() {
    for (strategy, supervisor) in strategies() {
        if strategy == "one_for_one" {
            continue;
        }
        let (system, diary) = (ActorSystem::new(), Diary::default());
        let supervisor = ["a", "b", "c", "d"]
            .into_iter()
            .fold(supervisor.intensity(1, seconds(5)), |supervisor, id| supervisor.child(diary.child(id)))
            .start(&system)
            .await
            .unwrap();
        let all = ["a", "b", "c", "d"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
        for child in &all {
            child.explode().try_tell().unwrap();
        }
        settle().await;
        for child in &all {
            assert_eq!(child.count().await, Ok(1), "{strategy}");
        }
        assert!(supervisor.is_alive(), "{strategy}: one restart of all");
    }
}

#[tokio::test(start_paused = true)]
async fn children_that_crash_before_all_have_started_are_one_failure_too() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let hasty = |name: &'static str| {
        let diary = diary.clone();
        ChildSpec::new(name, move || {
            diary.note(format!("{name} made"));
            Hasty { name, diary: diary.clone() }
        })
    };
    let supervisor = Supervisor::one_for_all()
        .child(hasty("a"))
        .child(hasty("b"))
        .child(ChildSpec::new("slow", Slow::default))
        .start(&system)
        .await
        .unwrap();
    tokio::time::sleep(seconds(2)).await;
    assert!(supervisor.is_alive());
    assert_eq!(counts(&supervisor).await, [3, 3, 0, 3]);
    assert_eq!(diary.read(), ["a made", "b made", "a made", "b made"]);
}

/// Fails once, as soon as it runs.
struct Hasty {
    name: &'static str,
    diary: Diary,
}

impl Actor for Hasty {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        if self.diary.is_first_life(self.name) {
            ctx.fail(ActorError::msg("too fast"));
        }
        Ok(())
    }
}

/// Takes a second to start.
#[derive(Default)]
struct Slow;

impl Actor for Slow {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        tokio::time::sleep(seconds(1)).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_tree_is_restarted_from_the_top_without_what_was_added_and_with_what_was_terminated() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let top = Supervisor::one_for_all().intensity(4, seconds(3600)).start(&system).await.unwrap();
    let branch = || Supervisor::one_for_one().intensity(4, seconds(3600));
    let first = branch().child(diary.child("w1")).child(diary.child("w2"));
    top.start_child(ChildSpec::supervisor("s1", first)).await.unwrap();
    top.start_child(ChildSpec::supervisor("s2", branch())).await.unwrap();
    let third = ChildSpec::supervisor("s3", branch()).restart(Restart::transient());
    top.start_child(third).await.unwrap();
    top.terminate_child("s3").await.unwrap();
    assert_eq!(counts(&top).await, [3, 2, 3, 0]);
    let [s1, s2] = ["s1", "s2"].map(|id| top.child::<SupervisorRef>(id).unwrap());
    s2.start_child(diary.child("w3")).await.unwrap();
    s2.start_child(diary.child("w4")).await.unwrap();
    let [w3, w4] = ["w3", "w4"].map(|id| s2.child::<ActorRef<Worker>>(id).unwrap());

    w4.give_up().tell().await.unwrap();
    assert_eq!(w4.count().await, Ok(1));
    assert_eq!((counts(&s1).await, counts(&s2).await), ([2, 2, 0, 2], [2, 2, 0, 2]));

    diary.fail_starts("w3", 2, u32::MAX - 2);
    w3.give_up().tell().await.unwrap();
    w3.wait().await;
    settle().await;
    assert_eq!(ids(&top.which_children().await.unwrap()), ["s3", "s2", "s1"]);
    assert_eq!(counts(&top).await, [3, 3, 3, 0], "the one that was terminated runs as well");
    assert_eq!(counts(&s1).await, [2, 2, 0, 2]);
    assert_eq!(counts(&s2).await, [0; 4]);
    assert_eq!(counts(&top.child("s3").unwrap()).await, [0; 4]);
    assert!(!w4.is_alive());
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_nobody_can_deal_with_goes_up_level_by_level_to_the_root() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let none = |supervisor: Supervisor| supervisor.intensity(0, seconds(1));
    let low = none(Supervisor::one_for_one()).child(diary.child("leaf"));
    let middle = none(Supervisor::rest_for_one()).child(ChildSpec::supervisor("low", low));
    let root = none(Supervisor::one_for_all())
        .name("root")
        .child(ChildSpec::supervisor("middle", middle))
        .child(diary.child("other"))
        .start(&system)
        .await
        .unwrap();
    let middle: SupervisorRef = root.child("middle").unwrap();
    let low: SupervisorRef = middle.child("low").unwrap();
    let mut errors = system.errors().subscribe();
    low.child::<ActorRef<Worker>>("leaf").unwrap().give_up().tell().await.unwrap();
    assert!(matches!(root.wait().await, ExitReason::Shutdown));
    let mut levels = Vec::new();
    while let Some(error) = errors.try_recv() {
        if let UnheardError::Escalated { actor, child, root, .. } = error {
            levels.push((actor.to_string(), child.to_string(), root));
        }
    }
    let expected = [("/root/middle/low", "leaf"), ("/root/middle", "low"), ("/root", "middle")];
    let expected = expected.map(|(path, child)| (path.to_owned(), child.to_owned(), path == "/root"));
    assert_eq!(levels, expected);
    assert!(matches!(system.escalated().await, UnheardError::Escalated { root: true, .. }));
    assert_eq!(system.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_terminated_while_its_siblings_end_is_not_started_with_them() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all()
        .child(diary.child("a"))
        .child(diary.child("b"))
        .child(diary.child("c"))
        .start(&system)
        .await
        .unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
    b.hang().tell().await.unwrap();
    settle().await;
    a.explode().tell().await.unwrap();
    settle().await;
    diary.read();
    supervisor.terminate_child("c").await.unwrap();
    supervisor.terminate_child("a").await.unwrap();
    assert_eq!(b.count().timeout(seconds(60)).await, Ok(1));
    assert_eq!(diary.read(), ["b starts"]);
    assert!(!a.is_alive() && !c.is_alive());
    assert_eq!(states(&supervisor).await, [ChildState::Stopped, ChildState::Running, ChildState::Stopped]);
    assert!(supervisor.restart_child("a").await.unwrap().is_some());
    b.explode().tell().await.unwrap();
    assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "that was one too many");
}

#[tokio::test(start_paused = true)]
async fn an_exit_of_whoever_is_linked_does_not_end_a_supervisor() {
    #[derive(Actor)]
    struct Clinging;
    #[handlers]
    impl Clinging {
        #[handler]
        fn cling(&mut self, to: AnyActorRef, ctx: &mut Context<Self>) {
            ctx.link(to);
        }
        #[handler]
        fn fall(&mut self) {
            panic!("fallen");
        }
    }
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_one()
        .intensity(9, seconds(5))
        .child(diary.child("a"))
        .child(ChildSpec::new("c", || Clinging))
        .start(&system)
        .await
        .unwrap();
    let stranger = system.spawn(Clinging);
    let child: ActorRef<Clinging> = supervisor.child("c").unwrap();
    for clinging in [&stranger, &child] {
        clinging.cling((&supervisor).into()).await.unwrap();
        clinging.fall().tell().await.unwrap();
    }
    settle().await;
    let a: ActorRef<Worker> = supervisor.child("a").unwrap();
    assert_eq!((a.count().await, counts(&supervisor).await), (Ok(1), [2, 2, 0, 2]));
    child.cling((&supervisor).into()).await.unwrap();
    supervisor.kill();
    assert!(matches!(child.wait().await, ExitReason::Killed));
}
