//! Children that come and go, by the thousand, and significant ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actors::UnheardError;
use actors::prelude::*;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn dynamic_children_start_fail_and_end_one_by_one() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let pool: Children<Worker> =
        Supervisor::dynamic().restart(Restart::transient()).start(&system).await.unwrap();
    let of = |name: &'static str| {
        let diary = diary.clone();
        move || Worker::new(name, &diary)
    };
    let (a, b) = (pool.spawn(of("a")).await.unwrap(), pool.spawn(of("b")).await.unwrap());
    diary.fail_starts("c", 1, 1);
    assert!(matches!(pool.spawn(of("c")).await, Err(StartError::Failed(_))));
    assert_eq!(pool.actors().await.unwrap(), [b.clone(), a.clone()]);

    a.explode().tell().await.unwrap();
    assert_eq!(a.count().await, Ok(1), "restarted");
    a.finish().await.unwrap();
    a.wait().await;
    pool.terminate(&b).await.unwrap();
    assert!(pool.terminate(&b).await.is_ok(), "what has ended is as good as ended now");
    let stranger = system.spawn(Worker::new("s", &diary));
    assert!(matches!(pool.terminate(&stranger).await, Err(ChildError::NotFound)));
    assert!(stranger.is_alive());
    assert!(pool.actors().await.unwrap().is_empty());
    let counts = pool.supervisor().count_children().await.unwrap();
    assert_eq!(counts, ChildCounts { specs: 1, active: 0, supervisors: 0, workers: 0 });
    pool.supervisor().shutdown().await;
    assert!(matches!(pool.spawn(of("d")).await, Err(StartError::ShuttingDown)));
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_done_at_once_has_started_all_the_same() {
    struct Errand;
    #[handlers]
    impl Errand {
        #[handler]
        fn run(&mut self, ctx: &mut Context<Self>) {
            ctx.stop();
        }
    }
    impl Actor for Errand {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            Ok(ctx.myself().run().try_tell()?)
        }
    }
    let system = ActorSystem::new();
    let errands: Children<Errand> =
        Supervisor::dynamic().restart(Restart::temporary()).start(&system).await.unwrap();
    let errand = errands.spawn(|| Errand).await.expect("it has started");
    assert!(matches!(errand.wait().await, ExitReason::Normal));
    assert!(matches!(errand.run().try_tell(), Err(SendError::Stopped(_))));
}

#[tokio::test(start_paused = true)]
async fn dynamic_children_end_together() {
    #[derive(Actor)]
    struct Stubborn;
    #[handlers]
    impl Stubborn {
        #[handler]
        async fn hang(&mut self) {
            std::future::pending::<()>().await;
        }
    }
    let system = ActorSystem::new();
    let pool: Children<Stubborn> = Supervisor::dynamic().start(&system).await.unwrap();
    for _ in 0..100 {
        pool.spawn(|| Stubborn).await.unwrap().hang().tell().await.unwrap();
    }
    settle().await;
    let begun = tokio::time::Instant::now();
    pool.supervisor().shutdown().await;
    assert_eq!(begun.elapsed(), seconds(5), "all within the time of one");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_children_crash_and_every_exit_is_reported_once() {
    const CHILDREN: usize = 10_000;
    let diary = Diary::default();
    let reported = Arc::new(AtomicUsize::new(0));
    let system = ActorSystem::builder()
        .on_error({
            let reported = reported.clone();
            move |error| {
                if matches!(error, UnheardError::Life { .. }) {
                    reported.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
        .build();
    for restart in [Restart::temporary(), Restart::permanent()] {
        reported.store(0, Ordering::Relaxed);
        let pool: Children<Worker> = Supervisor::dynamic()
            .restart(restart)
            .intensity(CHILDREN as u32, seconds(1))
            .start(&system)
            .await
            .unwrap();
        let mut workers = Vec::new();
        for _ in 0..CHILDREN {
            let diary = diary.clone();
            workers.push(pool.spawn(move || Worker::new("w", &diary)).await.unwrap());
        }
        for worker in &workers {
            worker.give_up().tell().await.unwrap();
        }
        assert!(pool.supervisor().count_children().await.is_ok(), "it answers in the middle of it");
        if restart == Restart::temporary() {
            for worker in &workers {
                worker.wait().await;
            }
            assert_eq!(pool.supervisor().count_children().await.unwrap().active, 0);
        } else {
            for worker in &workers {
                assert_eq!(worker.count().await, Ok(1));
            }
            assert_eq!(pool.supervisor().count_children().await.unwrap().active, CHILDREN);
        }
        assert_eq!(reported.load(Ordering::Relaxed), CHILDREN);
        pool.supervisor().shutdown().await;
        diary.read();
    }
}

#[tokio::test(start_paused = true)]
async fn a_dynamic_supervisor_that_is_restarted_begins_without_children() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all()
        .child(diary.child("a"))
        .child(ChildSpec::supervisor("pool", Supervisor::dynamic()))
        .start(&system)
        .await
        .unwrap();
    let pool: Children<Worker> = supervisor.child("pool").unwrap();
    let flow = pool.spawn({
        let diary = diary.clone();
        move || Worker::new("flow", &diary)
    });
    let flow = flow.await.unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().explode().tell().await.unwrap();
    assert!(matches!(flow.wait().await, ExitReason::Shutdown));
    settle().await;
    assert!(pool.actors().await.unwrap().is_empty(), "the handle is still good");
}

#[tokio::test(start_paused = true)]
async fn significant_children_end_their_supervisor_by_themselves_only() {
    use AutoShutdown::{AllSignificant, AnySignificant, Never};
    #[derive(Debug, Clone, Copy)]
    enum Act {
        Finish(&'static str),
        Crash(&'static str),
        Terminate(&'static str),
    }
    use Act::{Crash, Finish, Terminate};
    // `t` is transient, `u` temporary, both significant; `p` is not.
    let table: [(AutoShutdown, &[Act], bool); 12] = [
        (AnySignificant, &[Finish("t")], true),
        (AnySignificant, &[Crash("t")], false),
        (AnySignificant, &[Finish("u")], true),
        (AnySignificant, &[Crash("u")], true),
        (AnySignificant, &[Terminate("t"), Terminate("u")], false),
        (AnySignificant, &[Finish("p")], false),
        (AllSignificant, &[Finish("t")], false),
        (AllSignificant, &[Finish("t"), Crash("u")], true),
        (AllSignificant, &[Crash("u"), Crash("t")], false),
        (AllSignificant, &[Crash("u"), Finish("t")], true),
        (AllSignificant, &[Terminate("t"), Crash("u")], true),
        (AllSignificant, &[Finish("u"), Terminate("t")], false),
    ];
    for (auto_shutdown, acts, ends) in table {
        let case = format!("{auto_shutdown:?} {acts:?}");
        assert_ne!(auto_shutdown, Never);
        let (system, diary) = (ActorSystem::new(), Diary::default());
        let supervisor = Supervisor::one_for_one()
            .auto_shutdown(auto_shutdown)
            .child(diary.child("p").restart(Restart::transient()))
            .child(diary.child("t").restart(Restart::transient()).significant(true))
            .child(diary.child("u").restart(Restart::temporary()).significant(true))
            .start(&system)
            .await
            .unwrap();
        for act in acts {
            match *act {
                Finish(id) => End::Finished.of(&supervisor.child(id).unwrap()).await,
                Crash(id) => End::Panic.of(&supervisor.child(id).unwrap()).await,
                Terminate(id) => supervisor.terminate_child(id).await.unwrap(),
            }
            settle().await;
        }
        assert_eq!(supervisor.is_alive(), !ends, "{case}");
        if ends {
            assert!(matches!(supervisor.wait().await, ExitReason::Shutdown), "{case}");
            assert!(system.errors().subscribe().try_recv().is_none(), "{case}: no failure");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_significant_sibling_ended_by_a_strategy_does_not_count() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let supervisor = Supervisor::one_for_all()
        .auto_shutdown(AutoShutdown::AnySignificant)
        .child(diary.child("a"))
        .child(diary.child("u").restart(Restart::temporary()).significant(true))
        .start(&system)
        .await
        .unwrap();
    supervisor.child::<ActorRef<Worker>>("a").unwrap().explode().tell().await.unwrap();
    settle().await;
    assert!(supervisor.is_alive());
}

#[tokio::test(start_paused = true)]
async fn stopping_a_hundred_thousand_children_works() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let pool: Children<Worker> = Supervisor::dynamic().start(&system).await.unwrap();
    for _ in 0..100_000 {
        let diary = diary.clone();
        pool.spawn(move || Worker::new("w", &diary)).await.unwrap();
    }
    diary.read();
    pool.supervisor().shutdown().await;
    assert_eq!(diary.read().len(), 100_000, "each has stopped once");
    assert_eq!(system.running(), 0);
}
