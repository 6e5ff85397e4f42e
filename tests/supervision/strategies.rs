//! Which children are ended and started again, in which order, for every strategy, restart type and way to end.

use actors::prelude::*;

use crate::support::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    OneForOne,
    OneForAll,
    RestForOne,
}

impl Strategy {
    const ALL: [Self; 3] = [Self::OneForOne, Self::OneForAll, Self::RestForOne];

    fn supervisor(self) -> Supervisor {
        match self {
            Self::OneForOne => Supervisor::one_for_one(),
            Self::OneForAll => Supervisor::one_for_all(),
            Self::RestForOne => Supervisor::rest_for_one(),
        }
    }

    /// What is written when `b` of `a`, `b`, `c` has ended and is started again.
    fn restart_of_b(self) -> &'static [&'static str] {
        match self {
            Self::OneForOne => &["b starts"],
            Self::OneForAll => &["c stops", "a stops", "a starts", "b starts", "c starts"],
            Self::RestForOne => &["c stops", "b starts", "c starts"],
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_strategy_restart_type_and_way_to_end() {
    let types = [Restart::permanent(), Restart::transient(), Restart::temporary()];
    for strategy in Strategy::ALL {
        for (index, restart) in types.into_iter().enumerate() {
            for end in End::ALL {
                let case = format!("{strategy:?}, {restart:?}, {end:?}");
                let (system, diary) = (ActorSystem::new(), Diary::default());
                let supervisor = strategy
                    .supervisor()
                    .child(diary.child("a"))
                    .child(diary.child("b").restart(restart))
                    .child(diary.child("c"))
                    .start(&system)
                    .await
                    .unwrap();
                assert_eq!(diary.read(), ["a starts", "b starts", "c starts"], "{case}");
                let b: ActorRef<Worker> = supervisor.child("b").unwrap();

                end.of(&b).await;
                settle().await;

                let mut expected: Vec<&str> = if end == End::Kill { vec![] } else { vec!["b stops"] };
                let restarted = index == 0 || (index == 1 && !end.is_normal());
                if restarted {
                    expected.extend(strategy.restart_of_b());
                }
                assert_eq!(diary.read(), expected, "{case}");
                assert_eq!(b.is_alive(), restarted, "{case}");
                let counts = supervisor.count_children().await.unwrap();
                let known = if index == 2 { 2 } else { 3 };
                let active = if restarted { 3 } else { 2 };
                assert_eq!((counts.specs, counts.active), (known, active), "{case}");
                if restarted {
                    assert_eq!(b.count().await, Ok(1), "{case}: the same reference, a new state");
                }

                supervisor.shutdown().await;
                assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "{case}");
                let stops: &[&str] =
                    if restarted { &["c stops", "b stops", "a stops"] } else { &["c stops", "a stops"] };
                assert_eq!(diary.read(), stops, "{case}: in reverse order");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn references_and_queues_survive_the_restart_of_a_sibling() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all()
        .child(diary.child("a"))
        .child(diary.child("b"))
        .start(&system)
        .await
        .unwrap();
    let (a, b): (ActorRef<Worker>, ActorRef<Worker>) =
        (supervisor.child("a").unwrap(), supervisor.child("b").unwrap());
    assert_eq!(a.count().await, Ok(1));
    let id = a.id();
    b.explode().tell().await.unwrap();
    settle().await;
    assert_eq!(a.count().await, Ok(1), "a new life");
    assert_eq!(a.id(), id, "of the same actor");
    assert_eq!(supervisor.child::<ActorRef<Worker>>("a").unwrap(), a);
}

#[tokio::test(start_paused = true)]
async fn a_sibling_that_hangs_is_killed_after_its_time_and_restarted() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all()
        .child(diary.child("a"))
        .child(diary.child("b").shutdown(ShutdownPolicy::Timeout(seconds(7))))
        .child(diary.child("c").shutdown(ShutdownPolicy::Kill))
        .start(&system)
        .await
        .unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
    b.hang().tell().await.unwrap();
    c.hang().tell().await.unwrap();
    settle().await;
    diary.read();
    let begun = tokio::time::Instant::now();
    a.explode().tell().await.unwrap();
    assert_eq!(c.count().timeout(seconds(60)).await, Ok(1));
    assert_eq!(begun.elapsed(), seconds(7));
    assert_eq!(diary.read(), ["a stops", "a starts", "b starts", "c starts"], "killed ones run no hook");
}

#[tokio::test(start_paused = true)]
async fn if_a_sibling_does_not_start_again_the_whole_step_is_tried_again() {
    for (strategy, step) in [(Strategy::OneForAll, "a b c"), (Strategy::RestForOne, "b c")] {
        let (system, diary) = (ActorSystem::new(), Diary::default());
        diary.fail_starts("c", 2, 2);
        let supervisor = strategy
            .supervisor()
            .intensity(3, seconds(5))
            .child(diary.child("a"))
            .child(diary.child("b"))
            .child(diary.child("c"))
            .start(&system)
            .await
            .unwrap();
        diary.read();
        let b: ActorRef<Worker> = supervisor.child("b").unwrap();
        b.explode().tell().await.unwrap();
        settle().await;
        let members: Vec<&str> = step.split(' ').collect();
        let others: Vec<String> =
            members.iter().rev().filter(|m| **m != "c").map(|m| format!("{m} stops")).collect();
        let mut expected = vec!["b stops".to_owned(), "c stops".to_owned()];
        if strategy == Strategy::OneForAll {
            expected.push("a stops".to_owned());
        }
        for attempt in 0..3 {
            if attempt > 0 {
                expected.extend(others.clone());
            }
            for member in &members {
                let failed = *member == "c" && attempt < 2;
                expected.push(format!("{member} {}", if failed { "fails to start" } else { "starts" }));
            }
        }
        assert_eq!(diary.read(), expected, "{strategy:?}");
        assert_eq!(supervisor.count_children().await.unwrap().active, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_siblings_are_not_started_again() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all()
        .child(diary.child("a").restart(Restart::temporary()))
        .child(diary.child("b"))
        .child(diary.child("c").restart(Restart::transient()))
        .start(&system)
        .await
        .unwrap();
    diary.read();
    supervisor.child::<ActorRef<Worker>>("b").unwrap().explode().tell().await.unwrap();
    settle().await;
    assert_eq!(diary.read(), ["b stops", "c stops", "a stops", "b starts", "c starts"]);
    assert_eq!(ids(&supervisor.which_children().await.unwrap()), ["c", "b"], "no specification is kept");
}
