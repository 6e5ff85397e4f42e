//! Significant children, and what their ends mean for supervisors of every kind.

use actors::prelude::*;

use crate::support::*;
use AutoShutdown::{AllSignificant, AnySignificant};

fn kinds() -> [(&'static str, Supervisor); 3] {
    [
        ("one_for_one", Supervisor::one_for_one()),
        ("one_for_all", Supervisor::one_for_all()),
        ("rest_for_one", Supervisor::rest_for_one()),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_end_of_a_significant_child_under_every_strategy() {
    for (kind, supervisor) in kinds() {
        for auto_shutdown in [AnySignificant, AllSignificant] {
            for restart in [Restart::transient(), Restart::temporary()] {
                for end in End::ALL {
                    let case = format!("{kind} {auto_shutdown:?} {restart:?} {end:?}");
                    let (system, diary) = (ActorSystem::new(), Diary::default());
                    let supervisor = supervisor
                        .clone()
                        .auto_shutdown(auto_shutdown)
                        .child(diary.child("p"))
                        .child(diary.child("s").restart(restart).significant(true))
                        .child(diary.child("r").restart(restart).significant(true))
                        .start(&system)
                        .await
                        .unwrap();
                    let [p, s, r] =
                        ["p", "s", "r"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
                    end.of(&s).await;
                    settle().await;
                    let is_final = end.is_normal() || restart == Restart::temporary();
                    let ends = is_final && auto_shutdown == AnySignificant;
                    assert_eq!(supervisor.is_alive(), !ends, "{case}");
                    if ends {
                        assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "{case}");
                        assert!(!p.is_alive() && !r.is_alive(), "{case}");
                        continue;
                    }
                    assert_eq!(s.is_alive(), !is_final, "{case}");
                    if is_final {
                        end.of(&r).await;
                        assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "{case}: the last");
                    }
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn significant_dynamic_children() {
    for auto_shutdown in [AnySignificant, AllSignificant] {
        for restart in [Restart::transient(), Restart::temporary()] {
            for end in End::ALL {
                let case = format!("{auto_shutdown:?} {restart:?} {end:?}");
                let (system, diary) = (ActorSystem::new(), Diary::default());
                let pool: Children<Worker> = Supervisor::dynamic()
                    .auto_shutdown(auto_shutdown)
                    .restart(restart)
                    .significant(true)
                    .intensity(9, seconds(5))
                    .start(&system)
                    .await
                    .unwrap();
                let mut children = Vec::new();
                for name in ["a", "b", "c"] {
                    let diary = diary.clone();
                    children.push(pool.spawn(move || Worker::new(name, &diary)).await.unwrap());
                }
                pool.terminate(&children[2]).await.unwrap();
                assert!(pool.supervisor().is_alive(), "{case}: ended by hand");
                let is_final = end.is_normal() || restart == Restart::temporary();
                for (child, is_last) in children[..2].iter().zip([false, true]) {
                    end.of(child).await;
                    settle().await;
                    let ends = is_final && (is_last || auto_shutdown == AnySignificant);
                    assert_eq!(pool.supervisor().is_alive(), !ends, "{case}, the last: {is_last}");
                    if ends {
                        assert!(matches!(pool.supervisor().wait().await, ExitReason::Shutdown), "{case}");
                        break;
                    }
                }
            }
        }
    }
    let faulty = Supervisor::dynamic().auto_shutdown(AnySignificant).significant(true);
    assert!(matches!(
        faulty.start::<Worker>(&ActorSystem::new()).await,
        Err(StartError::Spec(actors::SpecError::SignificantPermanent(_)))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_specification_added_later_is_checked_too() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let never = Supervisor::one_for_one().start(&system).await.unwrap();
    let significant = || diary.child("s").restart(Restart::transient()).significant(true);
    assert!(matches!(never.start_child(significant()).await, Err(ChildError::Spec(_))));
    let any = Supervisor::one_for_one().auto_shutdown(AnySignificant).start(&system).await.unwrap();
    let permanent = significant().restart(Restart::permanent());
    assert!(matches!(any.start_child(permanent).await, Err(ChildError::Spec(_))));
    any.start_child(significant()).await.unwrap();
    any.child::<ActorRef<Worker>>("s").unwrap().finish().tell().await.unwrap();
    assert!(matches!(any.wait().await, ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn bystanders_of_a_restart_do_not_count() {
    for (kind, supervisor) in kinds().into_iter().skip(1) {
        for auto_shutdown in [AnySignificant, AllSignificant] {
            let (system, diary) = (ActorSystem::new(), Diary::default());
            let supervisor = supervisor
                .clone()
                .auto_shutdown(auto_shutdown)
                .child(diary.child("a"))
                .child(diary.child("t").restart(Restart::temporary()).significant(true))
                .child(diary.child("s").restart(Restart::transient()).significant(true))
                .start(&system)
                .await
                .unwrap();
            let [a, t, s] = ["a", "t", "s"].map(|id| supervisor.child::<ActorRef<Worker>>(id).unwrap());
            // Both end at the same time as the one whose failure takes them along.
            a.explode().try_tell().unwrap();
            t.finish().try_tell().unwrap();
            s.finish().try_tell().unwrap();
            assert_eq!(a.count().await, Ok(1), "{kind} {auto_shutdown:?}");
            settle().await;
            assert!(supervisor.is_alive(), "{kind} {auto_shutdown:?}");
            assert_eq!(ids(&supervisor.which_children().await.unwrap()), ["s", "a"]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_that_ends_for_its_children_counts_as_a_child_that_is_done() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let significant = |spec: ChildSpec| spec.restart(Restart::transient()).significant(true);
    let any = || Supervisor::one_for_one().auto_shutdown(AnySignificant);
    let low = any().child(significant(diary.child("leaf")));
    let middle = any().child(significant(ChildSpec::supervisor("low", low)));
    let root = any()
        .child(diary.child("other"))
        .child(significant(ChildSpec::supervisor("middle", middle)))
        .start(&system)
        .await
        .unwrap();
    let middle: SupervisorRef = root.child("middle").unwrap();
    let low: SupervisorRef = middle.child("low").unwrap();
    let mut errors = system.errors().subscribe();
    low.child::<ActorRef<Worker>>("leaf").unwrap().finish().tell().await.unwrap();
    for supervisor in [&low, &middle, &root] {
        assert!(matches!(supervisor.wait().await, ExitReason::Shutdown));
    }
    assert!(errors.try_recv().is_none(), "nothing has failed");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_done_before_all_have_started_ends_the_supervisor_after_its_start() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    struct Brief;
    impl Actor for Brief {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            ctx.stop();
            Ok(())
        }
    }
    for (auto_shutdown, ends) in [(AnySignificant, true), (AllSignificant, false)] {
        let supervisor = Supervisor::one_for_one()
            .auto_shutdown(auto_shutdown)
            .child(ChildSpec::new("brief", || Brief).restart(Restart::transient()).significant(true))
            .child(ChildSpec::new("slow", || Late))
            .child(diary.child("s").restart(Restart::transient()).significant(true))
            .start(&system)
            .await
            .expect("all have started");
        settle().await;
        assert_eq!(supervisor.is_alive(), !ends, "{auto_shutdown:?}");
    }
}

struct Late;

impl Actor for Late {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        tokio::time::sleep(seconds(1)).await;
        Ok(())
    }
}
